"""What `extery new` creates works in the oldest and the newest Blender."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from extery.core.types import ADD_ON, ASSET_LIBRARY, TYPE_NAMES
from tests.blender.client import Blender
from tests.blender.install import ENDS
from tests.blender.series import parameters


def run(*arguments: str) -> None:
    result = CliRunner().invoke(extery, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("blender_version", parameters(ENDS), indirect=True)
def test_real_blenders_install_and_enable_new_extensions(
    blender: Blender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    known = [
        name for name in TYPE_NAMES if blender.version == ENDS[1] or name != ASSET_LIBRARY.name
    ]
    ids = {type_name: type_name.replace("-", "_") for type_name in known}
    for type_name in known:
        name = ids[type_name]
        run("new", name, "--type", type_name)
        run("build", name, "--output-dir", "dist")
        blender.install_file(Path("dist", f"{name}-0.1.0.zip"))
        extension = blender.find(name)
        assert (extension.installed, extension.enabled) == ("0.1.0", True)
    assert blender.is_loaded(ids[ADD_ON.name])
    blender.disable(ids[ADD_ON.name])
    blender.enable(ids[ADD_ON.name])
    for name in ids.values():
        blender.remove(name)
    assert blender.complaints() == []
