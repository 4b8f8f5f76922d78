"""End to end: an asset library on our site, and the Blenders that do not know the type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extery.author.build.execute import build
from tests.blender.client import Blender, BlenderError
from tests.blender.install import RELEASES
from tests.blender.running_site import RunningSite, run_site
from tests.blender.samples import write_extension

LIBRARY = """\
schema_version = "1.0.0"
id = "gears"
version = "1.0.0"
name = "Gears"
tagline = "Gears of every size"
maintainer = "Someone"
type = "asset-library"
blender_version_min = "5.3.0"
license = ["SPDX:CC0-1.0"]

[asset_library]
remote_url = "https://assets.example.org/gears/"
"""
FIRST = (5, 3)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with an add-on and an asset library."""
    folder = tmp_path_factory.mktemp("site")
    write_extension(folder / "tool", extension_id="tool", version="1.0.0")
    (folder / "gears").mkdir()
    (folder / "gears" / "blender_manifest.toml").write_text(LIBRARY, encoding="utf-8")
    with run_site(folder / "data") as running:
        for name in ("tool", "gears"):
            [built] = build(folder / name, output_dir=folder)
            running.publish(built.path)
        yield running
        assert "Traceback" not in running.log()


@pytest.mark.blender
@pytest.mark.parametrize("series", RELEASES)
def test_every_blender_syncs_with_a_site_that_has_an_asset_library(
    series: str, site: RunningSite, tmp_path: Path
) -> None:
    knows_libraries = tuple(map(int, series.split("."))) >= FIRST
    with Blender(series, home=tmp_path / "blender") as blender:
        blender.add_repository("Site", site.repository_url)
        blender.sync()

        found = {extension.id for extension in blender.extensions()}
        assert found == ({"tool", "gears"} if knows_libraries else {"tool"})
        blender.install("tool")
        assert blender.find("tool").installed == "1.0.0"
        if knows_libraries:
            blender.install("gears")
            assert blender.find("gears").installed == "1.0.0"
        else:
            with pytest.raises(BlenderError):
                blender.install("gears")
