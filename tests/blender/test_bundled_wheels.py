"""A stock Blender imports the libraries that ``extery wheels add`` has bundled."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from tests.author.wheels.fake_index import serving_index
from tests.blender.client import Blender
from tests.blender.install import ENDS
from tests.blender.samples import write_extension

pytestmark = pytest.mark.blender


def run(*arguments: str | Path) -> None:
    result = CliRunner().invoke(extery, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("version", ENDS)
def test_blender_imports_a_library_and_what_it_needs(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    source = write_extension(tmp_path / "gear_tool", extension_id="gear_tool", version="1.0.0")
    with (source / "__init__.py").open("a") as module:
        module.write("\nimport gearlib\nimport teeth\n\nFOUND = [gearlib.VERSION, teeth.VERSION]\n")
    with serving_index() as index:
        index.add("gearlib", "1.2", requires=["teeth>=2", "numpy"])
        index.add("teeth", "2.0")
        run("wheels", "add", "gearlib", "--source-dir", source, "--index", index.url)
    run("build", source, "--output-filepath", tmp_path / "gear_tool.zip")

    with Blender(version, home=tmp_path / "home") as blender:
        blender.install_file(tmp_path / "gear_tool.zip")

        assert blender.attribute("gear_tool", "FOUND") == ["1.2", "2.0"]
