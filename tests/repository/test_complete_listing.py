"""Asset libraries are in a complete listing of their own: old Blenders refuse a listing that has one."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import Conflict, InvalidInput
from extery.core.types import ADD_ON, LISTED_FOR_ALL, THEME, TYPES
from extery.fetch import Fetcher
from extery.listing.complete import COMPLETE_LISTING, is_for_old_blenders
from extery.repository.check import check_repository
from extery.repository.generate import generate
from extery.repository.generate_result import GenerateResult
from extery.repository.preview import preview
from tests.repository.packages import put

ADDED = [type_.name for type_ in TYPES if type_.name not in LISTED_FOR_ALL]
CONFIG = 'schema_version = "1.0.0"\n'
FOR_EVERY = "every Blender, without asset libraries"
FOR_NEW = "Blender 5.3 and newer, with asset libraries"


def put_library(folder: Path, name: str = "rocks.zip", **fields: Any) -> Path:
    options = {"extension_id": "rocks", "kind": ADDED[0], "blender_version_min": "5.3.0"} | fields
    return put(folder, name, **options)


def document(folder: Path, address: str = "index.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / address).read_bytes())
    return found


def listed(folder: Path, address: str = "index.json") -> list[tuple[str, str]]:
    return [(item["id"], item["version"]) for item in document(folder, address)["data"]]


def files(folder: Path) -> list[str]:
    """Return the files below the folder, without compressed variants and state."""
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(path for path in paths if path[0] != "." and path[-3:] not in (".gz", ".br"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an add-on, a theme and an asset library."""
    folder = tmp_path / "packages"
    folder.mkdir()
    put(folder, "gear.zip")
    put(folder, "dusk.zip", extension_id="dusk", kind=THEME.name)
    put_library(folder)
    return folder


def test_an_asset_library_is_listed_in_the_complete_listing_only(folder: Path) -> None:
    result = generate(folder)

    assert listed(folder) == [("dusk", "1.2.3"), ("gear_tool", "1.2.3")]
    assert listed(folder, COMPLETE_LISTING) == [
        ("dusk", "1.2.3"),
        ("gear_tool", "1.2.3"),
        ("rocks", "1.2.3"),
    ]
    assert result.packages == 3
    assert list(result.listings) == [("index.json", FOR_EVERY), (COMPLETE_LISTING, FOR_NEW)]
    for item in document(folder, COMPLETE_LISTING)["data"]:
        package = folder / "blender-5.3" / item["archive_url"]
        assert package.samefile(folder / package.name)
        assert "asset_library" not in item


def test_nothing_changes_without_asset_libraries(folder: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    for name in ("gear.zip", "dusk.zip"):
        (plain / name).write_bytes((folder / name).read_bytes())

    generate(folder)
    result = generate(plain, html=True)

    assert (plain / "index.json").read_bytes() == (folder / "index.json").read_bytes()
    assert list(document(plain)) == ["version", "blocklist", "data"]
    assert list(result.listings) == [("index.json", "everyone")]
    assert files(plain) == ["dusk.zip", "gear.zip", "index.html", "index.json"]
    assert "blender-5.3" not in (plain / "index.html").read_text("utf-8")


def test_the_complete_listing_goes_with_the_last_asset_library(folder: Path) -> None:
    before = files(folder)
    generate(folder)
    assert generate(folder).written == ()
    (folder / "rocks.zip").unlink()

    result = generate(folder)

    assert files(folder) == sorted({*before, "index.json"} - {"rocks.zip"})
    assert list(result.listings) == [("index.json", "everyone")]


def test_a_package_that_is_gone_is_removed_from_the_folder_of_the_complete_listing(
    folder: Path,
) -> None:
    generate(folder)
    (folder / "gear.zip").unlink()

    generate(folder)

    assert listed(folder, COMPLETE_LISTING) == [("dusk", "1.2.3"), ("rocks", "1.2.3")]
    assert not (folder / "blender-5.3/gear.zip").exists()


def test_a_lost_state_does_not_make_the_complete_listing_a_foreign_one(folder: Path) -> None:
    generate(folder)
    (folder / ".extery/state.json").unlink()

    assert len(generate(folder).listings) == 2


def test_a_foreign_file_is_not_replaced(folder: Path) -> None:
    (folder / "blender-5.3").mkdir()
    (folder / COMPLETE_LISTING).write_text("mine")

    with pytest.raises(Conflict) as caught:
        generate(folder)

    [problem] = caught.value.problems
    assert problem.hint == "move it away"
    assert (folder / COMPLETE_LISTING).read_text() == "mine"


def test_a_full_url_names_the_packages_if_the_configuration_has_it(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f'{CONFIG}base_url = "https://example.org/p"\n')

    generate(folder, html=True)

    urls = [item["archive_url"] for item in document(folder, COMPLETE_LISTING)["data"]]
    assert urls == [f"https://example.org/p/{name}.zip" for name in ("dusk", "gear", "rocks")]
    assert [file for file in files(folder) if file.startswith("blender")] == [
        COMPLETE_LISTING,
        "blender_repo.toml",
    ]
    [link] = links(folder, "rocks.zip")
    assert link == (
        "https://example.org/p/rocks.zip"
        "?repository=https%3A%2F%2Fexample.org%2Fp%2Fblender-5.3%2Findex.json&blender_version_min=5.3.0"
    )


def test_channels_and_sets_have_complete_listings_too(folder: Path) -> None:
    put_library(folder, "rocks2.zip", version="2.0.0-beta.1")
    (folder / "blender_repo.toml").write_text(
        f"{CONFIG}prereleases = false\n[channels.beta]\nprereleases = true\n"
        "[channels.small]\nonly = ['gear_tool']\n"
    )
    (folder / "sets").mkdir()
    (folder / "sets/shot.toml").write_text('rocks = "1.2.3"\ngear_tool = "*"\n')

    result = generate(folder)

    assert dict(result.listings) == {
        "index.json": FOR_EVERY,
        COMPLETE_LISTING: FOR_NEW,
        "beta/index.json": "channel beta, without asset libraries",
        "beta/blender-5.3/index.json": "channel beta in Blender 5.3 and newer, with asset libraries",
        "small/index.json": "channel small",
        "sets/shot/index.json": "set shot, without asset libraries",
        "sets/shot/blender-5.3/index.json": (
            "set shot in Blender 5.3 and newer, with asset libraries"
        ),
    }
    assert ("rocks", "2.0.0-beta.1") in listed(folder, "beta/blender-5.3/index.json")
    assert listed(folder, "beta/index.json") == listed(folder)
    assert listed(folder, "sets/shot/index.json") == [("gear_tool", "1.2.3")]
    assert listed(folder, "sets/shot/blender-5.3/index.json") == [
        ("gear_tool", "1.2.3"),
        ("rocks", "1.2.3"),
    ]
    with Fetcher() as fetcher:
        for address, _ in result.listings:
            checked = check_repository((folder / address).as_uri(), fetcher=fetcher)
            assert list(checked.problems) == []
            assert checked.packages


def test_other_platforms_have_a_complete_listing_too(folder: Path) -> None:
    put(folder, "new.zip", version="2.0.0", platforms=["linux-x64"])

    generate(folder)

    assert listed(folder, "platforms/other/index.json") == [
        ("dusk", "1.2.3"),
        ("gear_tool", "1.2.3"),
    ]
    assert ("rocks", "1.2.3") in listed(folder, "platforms/other/blender-5.3/index.json")


def test_an_extension_that_became_an_asset_library_stays_an_add_on_for_old_blenders(
    tmp_path: Path,
) -> None:
    put(tmp_path, "old.zip", extension_id="rocks", version="1.0.0", kind=ADD_ON.name)
    put_library(tmp_path, version="2.0.0", blender_version_min="4.2.0")
    (tmp_path / "blender_repo.toml").write_text(f"{CONFIG}retention = 1\n")

    generate(tmp_path)

    assert listed(tmp_path) == [("rocks", "1.0.0")]
    assert listed(tmp_path, COMPLETE_LISTING) == [("rocks", "2.0.0")]
    (tmp_path / "blender_repo.toml").unlink()
    generate(tmp_path)
    [library, add_on] = document(tmp_path, COMPLETE_LISTING)["data"]
    assert (library["version"], add_on["version"]) == ("2.0.0", "1.0.0")
    assert add_on["blender_version_max"] == "5.3.0"


def test_a_folder_of_asset_libraries_only_has_an_empty_listing_for_old_blenders(
    tmp_path: Path,
) -> None:
    put_library(tmp_path)

    generate(tmp_path, html=True)

    assert document(tmp_path) == {"version": "v1", "blocklist": [], "data": []}
    assert listed(tmp_path, COMPLETE_LISTING) == [("rocks", "1.2.3")]
    assert ">Asset libraries <" in (tmp_path / "index.html").read_text("utf-8")


def test_a_blocked_asset_library_is_blocked_in_both_listings(folder: Path) -> None:
    block = '[[blocklist]]\nid = "rocks"\nreason = "Moved"\n'
    (folder / "blender_repo.toml").write_text(CONFIG + block)

    result = generate(folder, html=True)

    assert not result.problems
    for address in ("index.json", COMPLETE_LISTING):
        assert document(folder, address)["blocklist"] == [{"id": "rocks", "reason": "Moved"}]
    assert "Blocked: Moved" in (folder / "index.html").read_text("utf-8")


def test_changes_are_recorded_beside_each_listing(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f"{CONFIG}changes = true\n")
    generate(folder)
    put_library(folder, version="1.2.4")

    generate(folder, assetlib_auth_method="FROM_REPOSITORY")

    for address in ("index.json", COMPLETE_LISTING):
        assert list(document(folder, address)) == [
            "version",
            "changes",
            "blocklist",
            "assetlib_auth_method",
            "data",
        ]
        assert (folder / address).with_name("changes.json").is_file()
    put_library(folder, version="1.2.5")
    generate(folder, assetlib_auth_method="FROM_REPOSITORY")
    changes = document(folder, "blender-5.3/changes.json")["changes"]
    assert changes[-1]["cuts"][0][2][0]["version"] == "1.2.5"


@pytest.mark.parametrize("method", ["PER_LIBRARY", "FROM_REPOSITORY"])
def test_the_auth_method_is_written_if_it_was_chosen(folder: Path, method: str) -> None:
    generate(folder)
    assert "assetlib_auth_method" not in document(folder, COMPLETE_LISTING)

    generate(folder, assetlib_auth_method=method)

    for address in ("index.json", COMPLETE_LISTING):
        found = document(folder, address)
        assert list(found) == ["version", "blocklist", "assetlib_auth_method", "data"]
        assert found["assetlib_auth_method"] == method


def test_the_option_replaces_the_auth_method_of_the_configuration(folder: Path) -> None:
    (folder / "blender_repo.toml").write_text(f'{CONFIG}assetlib_auth_method = "FROM_REPOSITORY"\n')
    generate(folder)
    assert document(folder, COMPLETE_LISTING)["assetlib_auth_method"] == "FROM_REPOSITORY"

    generate(folder, assetlib_auth_method="PER_LIBRARY")

    assert document(folder, COMPLETE_LISTING)["assetlib_auth_method"] == "PER_LIBRARY"


@pytest.mark.parametrize("value", ['"per_library"', '""', "true", "[]", "{}", "1"])
def test_another_auth_method_is_refused(folder: Path, value: str) -> None:
    (folder / "blender_repo.toml").write_text(f"{CONFIG}assetlib_auth_method = {value}\n")

    with pytest.raises(InvalidInput) as caught:
        generate(folder)

    [problem] = caught.value.problems
    assert problem.code == "generate.config-value"
    assert "must be PER_LIBRARY or FROM_REPOSITORY" in problem.message


def links(folder: Path, package: str) -> list[str]:
    page = (folder / "index.html").read_text("utf-8")
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', page) if package in link]


def test_the_page_says_which_url_is_for_whom(folder: Path) -> None:
    generate(folder, html=True)

    page = (folder / "index.html").read_text("utf-8")
    assert f'<a href="{COMPLETE_LISTING}">{COMPLETE_LISTING}</a>' in page
    assert "Blender 4.2 to 5.0 cannot read it" in page
    sections = re.findall(r'<section data-t="([^"]*)">\n<h2>([^<]*) <span>(\d+)', page)
    assert [(title, count) for _, title, count in sections] == [
        ("Add-ons", "1"),
        ("Themes", "1"),
        ("Asset libraries", "1"),
    ]


def test_the_page_links_to_the_package_that_blender_finds_in_the_complete_listing(
    folder: Path,
) -> None:
    put_library(folder, blender_version_min="4.2.0")
    generate(folder, html=True)

    [link] = links(folder, "rocks.zip")
    assert link == ("./blender-5.3/rocks.zip?repository=.%2Findex.json&blender_version_min=5.3.0")
    assert (folder / link.partition("?")[0]).is_file()


def test_a_preview_serves_both_listings_and_says_which_is_for_whom(folder: Path) -> None:
    with preview(folder) as running:
        urls = running.listing_urls

    assert urls == [
        (f"{running.url}/index.json", FOR_EVERY),
        (f"{running.url}/{COMPLETE_LISTING}", FOR_NEW),
    ]
    with preview(folder, regenerate=False) as running:
        assert [audience for _, audience in running.listing_urls] == [FOR_EVERY, FOR_NEW]


def test_a_preview_counts_the_entries_of_the_complete_listing(folder: Path) -> None:
    lines: list[str] = []

    with preview(folder, log=lines.append):
        pass

    assert lines == ["3 entries listed"]


def test_a_run_without_changes_returns_both_listings(folder: Path) -> None:
    first: GenerateResult = generate(folder)
    again = generate(folder)

    assert again.written == ()
    assert list(again.listings) == list(first.listings)


@pytest.mark.parametrize(
    ("path", "blender", "expected"),
    [
        ("/r/index.json", "", True),
        ("/r/blender-5.3/index.json", "", False),
        ("/r/blender-5.3/", "", False),
        ("/r/blender-4.2/index.json", "", True),
        ("/r/blender-latest/index.json", "", True),
        ("/blender-5.3/r/index.json", "", True),
        ("/r/", "5.3.0", False),
        ("/r/", "5.1", False),
        ("/r/", "5.0.9", True),
        ("/r/", "x", True),
    ],
)
def test_the_url_says_whether_old_blenders_may_read_a_listing(
    path: str, blender: str, expected: bool
) -> None:
    query = {"blender_version": [blender]} if blender else {}

    assert is_for_old_blenders(path, query) == expected
