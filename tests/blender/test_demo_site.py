"""End to end: each Blender installs, updates and removes everything that the running demo lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from extery.core import platforms
from extery.core.compatibility import BlenderRange
from extery.core.types import ASSET_LIBRARY
from extery.core.versions import parse_blender_version
from extery_demo.scenarios import scenarios
from tests.blender.client import AssetLibrary, Blender, BlenderError
from tests.blender.install import ENDS, VERSIONS
from tests.blender.running_site import DemoSite, run_demo_site
from tests.blender.series import SOME_BLENDERS


@dataclass(frozen=True)
class Published:
    """An approved version, as the API describes it."""

    extension: str
    type: str
    version: str
    range: BlenderRange
    archive_url: str
    """The package for this platform."""
    library_url: str
    """The ``remote_url`` of an asset library, else empty."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """The running demo."""
    with run_demo_site(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running
        assert "Traceback" not in running.log.read_text("utf-8")


@pytest.fixture(scope="module")
def published(demo: DemoSite) -> list[Published]:
    """All approved versions of extensions that are listed, the newest first."""
    found: list[Published] = []
    listing = json.loads(demo.get(f"{demo.repository_url}?blender_version=9.9.9"))
    blocked = {entry["id"] for entry in listing["blocklist"]}
    for scenario in scenarios():
        approved = [item.number for item in scenario.versions if item.outcome == "approved"]
        if not approved or scenario.id in blocked:
            continue
        extension = json.loads(demo.get(f"/api/v1/extensions/{scenario.id}/"))
        found += [
            read_version(extension, version)
            for version in extension["versions"]
            if version["version"] in approved
        ]
    return found


def read_version(extension: dict[str, Any], version: dict[str, Any]) -> Published:
    [archive_url] = [
        package["archive_url"]
        for package in version["packages"]
        if not package["platforms"] or platforms.current() in package["platforms"]
    ]
    ends = (version["blender_version_min"], version["blender_version_max"])
    supported = BlenderRange(*(end and parse_blender_version(end) for end in ends))
    library_url = (version["asset_library"] or {}).get("remote_url", "")
    return Published(
        extension["id"],
        extension["type"],
        version["version"],
        supported,
        archive_url,
        library_url,
    )


def supported_by(blender: Blender, published: list[Published]) -> dict[str, list[Published]]:
    """Return the versions that this Blender supports, by extension, the newest first."""
    running = parse_blender_version(VERSIONS[blender.version])
    found: dict[str, list[Published]] = {}
    for item in published:
        if item.range.has(running):
            found.setdefault(item.extension, []).append(item)
    return found


def check_enabled(blender: Blender, item: Published) -> None:
    """Check that the extension is installed, enabled and loaded."""
    extension = blender.find(item.extension)
    assert (extension.installed, extension.enabled) == (item.version, True), item.extension
    if item.type == "add-on":
        assert blender.is_loaded(item.extension)
    if item.type == ASSET_LIBRARY.name:
        assert (
            AssetLibrary(f"Demo.{item.extension}", extension.name, item.library_url, enabled=True)
            in blender.asset_libraries()
        )


def one_of_each_type(versions: dict[str, list[Published]]) -> dict[str, list[Published]]:
    """Return those with the most versions."""
    most = sorted(versions.items(), key=lambda item: len(item[1]))
    by_type = {items[0].type: name for name, items in most}
    return {name: versions[name] for name in by_type.values()}


@SOME_BLENDERS
def test_blender_uses_everything_that_the_demo_lists(
    blender: Blender, demo: DemoSite, published: list[Published], tmp_path: Path
) -> None:
    versions = supported_by(blender, published)
    blender.add_repository("Demo", demo.repository_url)
    blender.sync()
    listed = {item.id: item.listed for item in blender.extensions() if not item.blocked}
    assert listed == {name: items[0].version for name, items in versions.items()}
    # `tests/demo/test_in_blender.py` loads each add-on in other Blenders too, without a site.
    if blender.version != ENDS[1]:
        versions = one_of_each_type(versions)

    for name, items in versions.items():
        blender.install(name)
        check_enabled(blender, items[0])

    outdated = {name: items for name, items in versions.items() if len(items) > 1}
    for name, (_, older, *_) in outdated.items():
        package = tmp_path / f"{name}.zip"
        package.write_bytes(demo.get(older.archive_url))
        blender.install_file(package, repository="Demo")
        check_enabled(blender, older)
    assert sorted(blender.update_all()) == sorted(
        (name, older.version, newest.version) for name, (newest, older, *_) in outdated.items()
    )
    for name, (newest, *_) in outdated.items():
        assert blender.find(name).installed == newest.version
        assert blender.is_loaded(name) == (newest.type == "add-on")

    for name in versions:
        blender.remove(name)
    assert [item.id for item in blender.extensions() if item.installed] == []
    assert blender.asset_libraries() == []
    assert blender.complaints() == []


@pytest.mark.parametrize("blender_version", ENDS, indirect=True)
def test_blender_refuses_what_the_demo_blocks_and_gives_the_reason(
    blender: Blender, demo: DemoSite
) -> None:
    blender.add_repository("Demo", demo.repository_url, token=demo.token)
    blender.sync()
    [blocked] = [item for item in blender.extensions() if item.blocked]

    assert blocked.blocked is not None
    with pytest.raises(BlenderError, match=re.escape(blocked.blocked)):
        blender.install(blocked.id)
