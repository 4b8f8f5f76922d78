"""A mirror carries asset libraries in a complete listing, and leaves out types that it cannot check."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import Conflict
from extery.fetch import Fetcher
from extery.listing.complete import COMPLETE_FOLDER, COMPLETE_LISTING
from extery.repository.check import check_repository
from extery.repository.generate import generate
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.run import MirrorOptions, MirrorResult, mirror, plan_only
from tests.fetch.web import status
from tests.kills.writes import checked_after_each_write
from tests.repository.hosted import Repository, listed_entries

LIBRARY = "asset-library"


@pytest.fixture
def mixed(repository: Repository) -> Repository:
    """A repository with an add-on and an asset library in one listing."""
    repository.add("gear.zip")
    repository.add("rocks.zip", extension_id="rocks", kind=LIBRARY, blender_version_min="5.3.0")
    return repository


def done(repository: Repository, folder: Path, fetcher: Fetcher, **options: Any) -> MirrorResult:
    result = mirror(repository.url, folder, fetcher=fetcher, **options)
    assert result.is_complete
    return result


def ids(folder: Path, listing: str = "index.json") -> list[str]:
    return [item["id"] for item in json.loads((folder / listing).read_bytes())["data"]]


def linked(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] for path in (folder / COMPLETE_FOLDER).glob("*.zip"))


def test_an_asset_library_is_in_the_complete_listing_only(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    result = done(mixed, folder, fetcher)

    assert not result.problems
    assert ids(folder) == ["gear_tool"]
    assert ids(folder, COMPLETE_LISTING) == ["gear_tool", "rocks"]
    for item in json.loads((folder / COMPLETE_LISTING).read_bytes())["data"]:
        package = folder / COMPLETE_FOLDER / item["archive_url"]
        assert package.samefile(folder / package.name)
    assert [address for address, _ in result.listings] == ["index.json", COMPLETE_LISTING]
    for address in ("index.json", COMPLETE_LISTING):
        checked = check_repository((folder / address).as_uri(), fetcher=fetcher)
        assert list(checked.problems) == []


def test_a_mirror_without_asset_libraries_has_one_listing(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")

    result = done(repository, folder, fetcher)

    assert not (folder / COMPLETE_FOLDER).exists()
    assert result.listings == [("index.json", "everyone")]


def test_the_complete_listing_goes_with_the_last_asset_library(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(mixed, folder, fetcher)
    mixed.withdraw("rocks")

    done(mixed, folder, fetcher)

    assert ids(folder) == ["gear_tool"]
    assert not (folder / COMPLETE_FOLDER).exists()
    assert not list(folder.glob("rocks*"))


def test_links_to_packages_follow_the_source(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(mixed, folder, fetcher)
    mixed.withdraw("gear_tool")
    mixed.add("dusk.zip", extension_id="dusk", kind="theme")

    done(mixed, folder, fetcher)

    assert linked(folder) == ["dusk", "rocks"]


@pytest.mark.parametrize("lost", [False, True])
def test_a_lost_state_is_restored_from_both_listings(
    mixed: Repository, folder: Path, fetcher: Fetcher, lost: bool
) -> None:
    done(mixed, folder, fetcher)
    if lost:
        (folder / ".extery-mirror/state.json").unlink()
    mixed.withdraw("rocks")

    done(mixed, folder, fetcher)

    assert sorted(path.name.partition("-")[0] for path in folder.glob("*.zip")) == ["gear_tool"]
    assert not (folder / COMPLETE_FOLDER).exists()


def test_the_complete_listing_of_another_program_is_not_replaced(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    (folder / COMPLETE_FOLDER).mkdir(parents=True)
    (folder / COMPLETE_LISTING).write_text("mine")

    with pytest.raises(Conflict) as caught:
        mirror(mixed.url, folder, fetcher=fetcher)

    assert [problem.code for problem in caught.value.problems] == ["mirror.not-a-mirror"]
    assert (folder / COMPLETE_LISTING).read_text() == "mine"


def test_each_step_leaves_complete_listings(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(mixed, folder, fetcher)
    mixed.add("rocks2.zip", extension_id="rocks", kind=LIBRARY, version="2.0.0")
    mixed.withdraw("rocks", "1.2.3")

    def check() -> None:
        for address in ("index.json", COMPLETE_LISTING):
            for item in json.loads((folder / address).read_bytes())["data"]:
                package = (folder / address).parent / item["archive_url"]
                assert package.stat().st_size == item["archive_size"]

    with checked_after_each_write(folder, check):
        done(mixed, folder, fetcher)
    assert linked(folder) == ["gear_tool", "rocks"]


def test_a_package_that_fails_is_left_out_of_both_listings(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    mixed.web.fail("/r/rocks.zip", status(404))

    result = mirror(mixed.url, folder, fetcher=fetcher, options=MirrorOptions(keep_going=True))

    assert result.is_complete
    assert ids(folder) == ["gear_tool"]
    assert not (folder / COMPLETE_FOLDER).exists()


def test_a_blocked_asset_library_is_listed_without_its_package(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    mixed.blocklist = [{"id": "rocks", "reason": "Moved"}]
    mixed.publish()

    done(mixed, folder, fetcher)

    assert ids(folder, COMPLETE_LISTING) == ["gear_tool", "rocks"]
    assert linked(folder) == ["gear_tool"]


@pytest.mark.parametrize(
    ("filters", "every", "complete"),
    [
        (Filters(types=(LIBRARY,)), [], ["rocks"]),
        (Filters(types=("add-on",)), ["gear_tool"], None),
        (Filters(types=("add-on", LIBRARY)), ["gear_tool"], ["gear_tool", "rocks"]),
        (Filters(blender=("5.2",)), ["gear_tool"], None),
        (Filters(blender=("5.3",)), ["gear_tool"], ["gear_tool", "rocks"]),
    ],
)
def test_filters_apply_to_both_listings(
    mixed: Repository,
    folder: Path,
    fetcher: Fetcher,
    filters: Filters,
    every: list[str],
    complete: list[str] | None,
) -> None:
    mixed.add("rocks.zip", extension_id="rocks", kind=LIBRARY, blender_version_min="4.2.0")
    mixed.entries.pop(-2)
    mixed.publish()

    result = done(mixed, folder, fetcher, filters=filters)

    assert not result.problems
    assert ids(folder) == every
    assert (folder / COMPLETE_LISTING).exists() == (complete is not None)
    if complete:
        assert ids(folder, COMPLETE_LISTING) == complete


def test_a_site_is_asked_for_asset_libraries_as_a_blender_that_knows_them() -> None:
    assert Filters(types=(LIBRARY,)).queries() == [{"blender_version": "5.3.0"}]
    assert Filters(types=(LIBRARY, "theme")).queries() == [{}]
    assert Filters(types=(LIBRARY,), blender=("6.0",)).queries() == [{"blender_version": "6.0.99"}]


@pytest.mark.parametrize("type_", ["keymap", "", [], ["add-on"], {}, None, 7, True, "absent"])
def test_an_entry_of_an_unknown_type_is_left_out_and_named(
    mixed: Repository, folder: Path, fetcher: Fetcher, type_: Any
) -> None:
    odd = {**mixed.entries[0], "id": "gear_keys", "type": type_}
    if type_ == "absent":
        del odd["type"]
    mixed.entries.insert(0, odd)
    mixed.publish()

    result = done(mixed, folder, fetcher)

    assert [problem.code for problem in result.problems] == ["mirror.type-left-out"]
    assert not result.problems.errors
    assert "'gear_keys' is left out" in next(iter(result.problems)).message
    assert [item["id"] for item in result.plan.ignored] == ["gear_keys"]
    assert ids(folder) == ["gear_tool"]
    assert ids(folder, COMPLETE_LISTING) == ["gear_tool", "rocks"]


def test_entries_of_unknown_types_may_have_any_content(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    mixed.entries[:0] = [{"type": "keymap"}, {"type": "keymap", "id": []}, {}, {"id": "x"}]
    mixed.publish()

    result = done(mixed, folder, fetcher)

    assert [problem.message for problem in result.problems] == [
        "None and 1 more are left out: their type is 'keymap', which extery does not know",
        "None and 1 more are left out: their type is None, which extery does not know",
    ]
    assert ids(folder) == ["gear_tool"]


def test_the_table_of_an_asset_library_is_not_carried_into_a_listing(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    for item in mixed.entries:
        item["asset_library"] = {"remote_url": "https://assets.example.org/"}
    mixed.publish()

    done(mixed, folder, fetcher)

    assert not any("asset_library" in item for item in listed_entries(folder))
    assert b"asset_library" not in (folder / COMPLETE_LISTING).read_bytes()


def test_the_auth_method_of_the_source_is_not_that_of_the_mirror(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    generate(mixed.folder, assetlib_auth_method="FROM_REPOSITORY")
    source = (mixed.folder / COMPLETE_LISTING).as_uri()

    assert mirror(source, folder, fetcher=fetcher).is_complete

    assert ids(folder, COMPLETE_LISTING) == ["gear_tool", "rocks"]
    assert b"assetlib_auth_method" not in (folder / COMPLETE_LISTING).read_bytes()


def test_a_dry_run_plans_the_complete_listing_and_writes_nothing(
    mixed: Repository, folder: Path, fetcher: Fetcher
) -> None:
    result = plan_only(mixed.url, folder, fetcher=fetcher)

    assert [item["id"] for item in result.plan.complete] == ["gear_tool", "rocks"]
    assert len(result.plan.fetch) == 2
    assert not folder.exists()
