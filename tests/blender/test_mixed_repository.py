"""Every Blender syncs, installs and updates from a folder that also holds an asset library."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extery.core.types import ASSET_LIBRARY
from extery.core.versions import parse_blender_version
from extery.fetch import Fetcher
from extery.listing.complete import COMPLETE_LISTING
from extery.repository.generate import generate
from extery.repository.mirror.run import mirror
from tests.blender.client import Blender, BlenderError
from tests.blender.install import RELEASES
from tests.blender.samples import write_extension, zip_extension
from tests.blender.serving import HttpFolder
from tests.repository.packages import put

Serve = Callable[[Path], HttpFolder]
SERIES = [pytest.param(series, marks=pytest.mark.blender) for series in RELEASES]
#: Series that refuse a listing with an unknown type.
REFUSING = ("4.2", "4.5", "5.0")


@pytest.fixture(params=SERIES)
def any_blender(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blender]:
    """Each installed series of Blender in turn."""
    with Blender(request.param, home=tmp_path / "blender") as session:
        yield session


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with an add-on and an asset library."""
    folder = tmp_path / "repository"
    folder.mkdir()
    put_add_on(folder, "1.0.0")
    put_library(folder, "1.0.0")
    generate(folder, html=True)
    return folder


def put_add_on(folder: Path, version: str) -> None:
    source = folder.parent / f"gear-{version}"
    write_extension(source, extension_id="gear_tool", version=version)
    zip_extension(source, folder / f"gear-{version}.zip")


def put_library(folder: Path, version: str) -> None:
    put(
        folder,
        f"rocks-{version}.zip",
        extension_id="rocks",
        version=version,
        kind=ASSET_LIBRARY.name,
    )


def knows_libraries(blender: Blender) -> bool:
    return parse_blender_version(blender.version) >= ASSET_LIBRARY.first_blender


def listed(blender: Blender) -> dict[str, str | None]:
    return {item.id: item.listed for item in blender.extensions() if item.listed}


def walk(blender: Blender, folder: Path, url: str, *, has_libraries: bool) -> None:
    """Sync, install, publish newer versions, and update."""
    ids = ["gear_tool", "rocks"] if has_libraries else ["gear_tool"]
    blender.add_repository("Mixed", url)
    blender.sync()
    assert listed(blender) == dict.fromkeys(ids, "1.0.0")
    for extension_id in ids:
        blender.install(extension_id)
        assert blender.find(extension_id).installed == "1.0.0"

    put_add_on(folder, "2.0.0")
    put_library(folder, "2.0.0")
    generate(folder, html=True)
    blender.sync()

    assert sorted(blender.update_all()) == [(name, "1.0.0", "2.0.0") for name in ids]
    assert {name: blender.find(name).installed for name in ids} == dict.fromkeys(ids, "2.0.0")


def url_of(folder: Path, http_folder: Serve, scheme: str, address: str) -> str:
    base = folder.as_uri() if scheme == "file" else http_folder(folder).url
    return f"{base}/{address}"


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_every_blender_uses_the_listing_for_everyone(
    any_blender: Blender, folder: Path, http_folder: Serve, scheme: str
) -> None:
    url = url_of(folder, http_folder, scheme, "index.json")
    walk(any_blender, folder, url, has_libraries=False)


@pytest.mark.parametrize("scheme", ["http", "file"])
def test_new_blenders_use_the_complete_listing_and_old_ones_refuse_it(
    any_blender: Blender, folder: Path, http_folder: Serve, scheme: str
) -> None:
    url = url_of(folder, http_folder, scheme, COMPLETE_LISTING)
    if any_blender.version in REFUSING:
        any_blender.add_repository("Mixed", url)
        with pytest.raises(BlenderError):
            any_blender.sync()
        assert listed(any_blender) == {}
    else:
        walk(any_blender, folder, url, has_libraries=knows_libraries(any_blender))


def test_a_library_is_found_by_its_link_on_the_page(
    any_blender: Blender, folder: Path, http_folder: Serve
) -> None:
    if not knows_libraries(any_blender):
        pytest.skip("this Blender has no asset libraries")
    served = http_folder(folder)
    any_blender.add_repository("Mixed", f"{served.url}/{COMPLETE_LISTING}")
    page = (folder / "index.html").read_text("utf-8")
    found = re.search(r'href="\./([^"]*rocks-1[^"]*)"', page)
    assert found is not None

    dropped = any_blender.resolve_dropped_url(f"{served.url}/{html.unescape(found[1])}")

    assert dropped.extension is not None
    assert dropped.extension.id == "rocks"


def test_a_mirror_of_a_mixed_repository_works_in_every_blender(
    any_blender: Blender, folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with Fetcher() as fetcher:
        assert mirror((folder / COMPLETE_LISTING).as_uri(), copy, fetcher=fetcher).is_complete
    if knows_libraries(any_blender):
        any_blender.add_repository("Mixed", f"{copy.as_uri()}/{COMPLETE_LISTING}")
        expected = ["gear_tool", "rocks"]
    else:
        any_blender.add_repository("Mixed", f"{copy.as_uri()}/index.json")
        expected = ["gear_tool"]

    any_blender.sync()

    assert sorted(listed(any_blender)) == expected
    for extension_id in expected:
        any_blender.install(extension_id)
