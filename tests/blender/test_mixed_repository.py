"""Every Blender uses a folder with all types: by each listing, over HTTP and from the disk."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extery.core.types import ASSET_LIBRARY
from extery.core.versions import parse_blender_version
from extery.fetch import Fetcher
from extery.listing.complete import COMPLETE_LISTING
from extery.repository.mirror.run import mirror
from tests.blender.client import AssetLibrary, Blender, BlenderError
from tests.blender.install import ENDS
from tests.blender.samples import write_extension, zip_extension
from tests.blender.series import EVERY_BLENDER, SOME_BLENDERS
from tests.blender.serving import HttpFolder
from tests.repository.packages import put

Serve = Callable[[Path], HttpFolder]
#: Series that refuse a listing with an unknown type.
REFUSING = ("4.2", "4.5", "5.0")
TYPES = {"dusk": "theme", "gear_tool": "add-on", "rocks": ASSET_LIBRARY.name}


class Repository:
    """A folder with an extension of each type, filled by ``extery server-generate``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.publish("1.0.0")

    def publish(self, version: str) -> None:
        """Publish a version of each extension; the library of each version is elsewhere."""
        for name, kind in TYPES.items():
            package = self.folder / f"{name}-{version}.zip"
            if kind == ASSET_LIBRARY.name:
                url = library_url(version).rstrip("/")
                extra = f'[asset_library]\nremote_url = "{url}"\n'
                extra += 'auth = {required = true, auth_method = "TOKEN"}\n'
                put(
                    self.folder,
                    package.name,
                    extension_id=name,
                    version=version,
                    kind=kind,
                    extra=extra,
                )
            else:
                source = self.folder.parent / f"{name}-{version}"
                write_extension(source, extension_id=name, version=version, kind=kind)
                zip_extension(source, package)
        self.generate()

    def generate(self, *options: str) -> None:
        command = [sys.executable, "-m", "extery", "server-generate", "--html", *options]
        subprocess.run([*command, "--repo-dir", self.folder], check=True, capture_output=True)


def library_url(version: str) -> str:
    return f"https://assets.example.org/rocks/{version}/"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with an extension of each type."""
    return Repository(tmp_path / "repository")


def knows_libraries(blender: Blender) -> bool:
    return parse_blender_version(blender.version) >= ASSET_LIBRARY.first_blender


def listed(blender: Blender) -> dict[str, str | None]:
    return {item.id: item.listed for item in blender.extensions() if item.listed}


def check_enabled(blender: Blender, module: str, version: str, ids: list[str]) -> None:
    """Check that each of these extensions is installed and works."""
    for name in ids:
        assert blender.find(name).installed == version
        assert blender.find(name).enabled
    assert blender.attribute("gear_tool", "VERSION") == version
    if "rocks" in ids:
        assert blender.asset_libraries() == [
            AssetLibrary(
                f"{module}.rocks", blender.find("rocks").name, library_url(version), enabled=True
            )
        ]


def walk(blender: Blender, repository: Repository, url: str, version: int, ids: list[str]) -> None:
    """Sync, install, publish a newer version, update, and remove."""
    first, newer = f"{version}.0.0", f"{version + 1}.0.0"
    module = blender.add_repository(f"Mixed{version}", url)
    blender.sync()
    assert listed(blender) == dict.fromkeys(ids, first)
    for name in ids:
        blender.install(name)
    check_enabled(blender, module, first, ids)

    repository.publish(newer)
    blender.sync()
    assert sorted(blender.update_all()) == [(name, first, newer) for name in ids]
    check_enabled(blender, module, newer, ids)

    for name in ids:
        blender.remove(name)
    assert [item.id for item in blender.extensions() if item.installed] == []
    if knows_libraries(blender):
        assert blender.asset_libraries() == []
    blender.remove_repository(module)
    assert blender.complaints() == []


@EVERY_BLENDER
def test_every_blender_uses_the_listing_for_everyone(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    ids = ["dusk", "gear_tool"]
    walk(blender, repository, f"{http_folder(repository.folder).url}/index.json", 1, ids)
    walk(blender, repository, f"{repository.folder.as_uri()}/index.json", 2, ids)
    assert listed(blender) == {}


@SOME_BLENDERS
def test_new_blenders_use_the_complete_listing_and_old_ones_refuse_it(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    bases = http_folder(repository.folder).url, repository.folder.as_uri()
    for version, url in enumerate((f"{base}/{COMPLETE_LISTING}" for base in bases), 1):
        if blender.version in REFUSING:
            module = blender.add_repository("Mixed", url)
            with pytest.raises(BlenderError):
                blender.sync()
            assert listed(blender) == {}
            blender.remove_repository(module)
        else:
            ids = [name for name in TYPES if name != "rocks" or knows_libraries(blender)]
            walk(blender, repository, url, version, ids)


@pytest.mark.parametrize("blender_version", ["5.3"], indirect=True)
@pytest.mark.parametrize("method", ["PER_LIBRARY", "FROM_REPOSITORY"])
def test_blender_learns_whose_token_asset_libraries_get(
    blender: Blender, repository: Repository, method: str
) -> None:
    repository.generate("--assetlib-auth-method", method)
    module = blender.add_repository(
        "Mixed", f"{repository.folder.as_uri()}/{COMPLETE_LISTING}", token="a-token"
    )
    blender.sync()
    blender.install("rocks")

    from_repository = blender.uses_token_for_asset_libraries(module)
    assert from_repository == (method == "FROM_REPOSITORY")
    assert blender.find("rocks").enabled
    assert blender.complaints() == []


@pytest.mark.parametrize("blender_version", ["5.3"], indirect=True)
def test_a_library_is_found_by_its_link_on_the_page(
    blender: Blender, repository: Repository, http_folder: Serve
) -> None:
    served = http_folder(repository.folder)
    blender.add_repository("Mixed", f"{served.url}/{COMPLETE_LISTING}")
    page = (repository.folder / "index.html").read_text("utf-8")
    found = re.search(r'href="\./([^"]*rocks-1[^"]*)"', page)
    assert found is not None

    dropped = blender.resolve_dropped_url(f"{served.url}/{html.unescape(found[1])}")

    assert dropped.extension is not None
    assert dropped.extension.id == "rocks"


@pytest.mark.parametrize("blender_version", ENDS, indirect=True)
def test_a_link_to_a_package_elsewhere_names_its_repository(
    blender: Blender, repository: Repository, http_folder: Serve, tmp_path: Path
) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    served, elsewhere = http_folder(repository.folder), http_folder(releases)
    (repository.folder / "blender_repo.toml").write_text(
        f'schema_version = "1.0.0"\nbase_url = "{served.url}/"\narchive_url = "{elsewhere.url}/{{file}}"\n'
    )
    repository.generate()
    (repository.folder / "gear_tool-1.0.0.zip").rename(releases / "gear_tool-1.0.0.zip")
    page = (repository.folder / "index.html").read_text("utf-8")
    found = re.search(rf'href="({elsewhere.url}/gear_tool[^"]*)"', page)
    assert found is not None
    link = html.unescape(found[1])
    assert blender.resolve_dropped_url(link).known_repository is None
    module = blender.add_repository("Mixed", f"{served.url}/index.json")

    dropped = blender.resolve_dropped_url(link)
    assert dropped.known_repository == module
    assert dropped.extension is not None
    blender.install(dropped.extension.id)

    assert blender.find("gear_tool").enabled
    assert blender.complaints() == []


def test_a_mirror_of_a_mixed_repository_works_in_every_blender(
    blender: Blender, repository: Repository, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    with Fetcher() as fetcher:
        source = (repository.folder / COMPLETE_LISTING).as_uri()
        assert mirror(source, copy, fetcher=fetcher).is_complete
    listing = COMPLETE_LISTING if knows_libraries(blender) else "index.json"
    expected = [name for name in TYPES if name != "rocks" or knows_libraries(blender)]
    blender.add_repository("Mixed", f"{copy.as_uri()}/{listing}")

    blender.sync()

    assert sorted(listed(blender)) == expected
    for extension_id in expected:
        blender.install(extension_id)
    assert blender.complaints() == []
