"""Entries and blocks of the listing that a mirror writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import InvalidListing
from extery.fetch import Fetcher
from extery.repository.mirror.run import MirrorOptions, mirror
from tests.repository.hosted import Repository, listed_entries
from tests.repository.mirror.complete import done


def test_entries_with_the_same_package_share_its_file(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    made = repository.add("gear.zip", blender_version_max="5.0.0")
    repository.entries.append(
        {**made, "blender_version_min": "4.4.0", "archive_url": f"{repository.web.url}/r/gear.zip"}
    )
    made["blender_version_max"] = "4.4.0"
    repository.publish()

    done(repository, folder, fetcher)

    first, second = listed_entries(folder)
    assert first["archive_url"] == second["archive_url"]
    assert repository.requested() == ["gear.zip", "index.json"]


def test_file_names_work_on_every_system(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("a.zip", extension_id="Größe", version="1.0.0+linux.x64")
    repository.add("b.zip", extension_id="x" * 300)

    done(repository, folder, fetcher)

    names = [item["archive_url"] for item in listed_entries(folder)]
    assert len(set(names)) == 2
    assert all(name.isascii() and len(name) < 150 and "+" not in name for name in names)


def test_two_versions_that_fit_the_same_blender_get_separate_ranges(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("1.zip", version="1.0.0")
    repository.add("2.zip", version="2.0.0", blender_version_min="4.4.0")

    done(repository, folder, fetcher)

    ranges = {
        item["version"]: (item["blender_version_min"], item.get("blender_version_max"))
        for item in listed_entries(folder)
    }
    assert ranges == {"2.0.0": ("4.4.0", None), "1.0.0": ("4.2.0", "4.4.0")}


def test_an_old_version_that_some_platforms_lose_is_reported(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    repository.add("1.zip", version="1.0.0")
    repository.add("2.zip", version="2.0.0", platforms=["linux-x64"])

    result = done(repository, folder, fetcher)

    assert [problem.code for problem in result.problems] == ["mirror.system-left-out"]


def test_an_entry_with_an_unresolvable_url_is_named_in_the_error(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    two.add("odd.zip", extension_id="odd", url="odd.zip")

    with pytest.raises(InvalidListing, match=r"odd 1\.2\.3: .*'odd\.zip'"):
        mirror(two.url, folder, fetcher=fetcher)


@pytest.mark.parametrize("block", [{"id": ["gear_tool"]}, {"id": {}}, {"id": 1}, {}])
def test_a_block_without_a_valid_id_blocks_nothing(
    two: Repository, folder: Path, fetcher: Fetcher, block: Any
) -> None:
    two.blocklist = [block]
    two.publish()

    assert len(mirror(two.url, folder, fetcher=fetcher).plan.fetch) == 2
    assert json.loads((folder / "index.json").read_bytes())["blocklist"] == []


def test_a_block_without_a_reason_is_written_with_one(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    two.blocklist = [{"id": "dusk", "note": 1}]
    two.publish()

    done(two, folder, fetcher)
    assert json.loads((folder / "index.json").read_bytes())["blocklist"] == [
        {"id": "dusk", "note": 1, "reason": "no reason given"}
    ]


def test_the_block_of_another_id_does_not_block_an_extension_called_none(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    two.add("none.zip", extension_id="None")
    two.blocklist = [{"reason": "?"}]
    two.publish()

    assert len(mirror(two.url, folder, fetcher=fetcher).plan.fetch) == 3


@pytest.mark.parametrize("pythons", ["3.11", [3.11], [["3"]], 3, None, False])
def test_invalid_python_versions_are_left_out(
    two: Repository, folder: Path, fetcher: Fetcher, pythons: Any
) -> None:
    two.add("newer.zip", version="2.0.0", blender_version_min="5.0.0")
    two.entries[0]["python_versions"] = pythons
    two.publish()

    assert done(two, folder, fetcher).is_complete
    assert not any("python_versions" in item for item in listed_entries(folder))


@pytest.mark.parametrize("text", ["", "5.\u00b2", "5." + "9" * 5000])
def test_a_blender_version_that_blender_ignores_is_left_out(
    two: Repository, folder: Path, fetcher: Fetcher, text: str
) -> None:
    two.entries[0]["blender_version_max"] = text
    if text:
        two.entries[1]["blender_version_min"] = text
    two.publish()

    assert done(two, folder, fetcher).is_complete
    listed = {item["id"]: item for item in listed_entries(folder)}
    assert not any("blender_version_max" in item for item in listed.values())
    if text:
        assert listed[two.entries[1]["id"]]["blender_version_min"] == "0.0.0"


def test_an_entry_without_a_valid_url_is_an_error_or_left_out(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    two.add("third.zip", url="third.zip", extension_id="third_tool")
    with pytest.raises(InvalidListing, match="third_tool"):
        mirror(two.url, folder, fetcher=fetcher)

    result = done(two, folder, fetcher, options=MirrorOptions(keep_going=True))

    assert result.is_complete
    assert [problem.code for problem in result.problems.errors] == ["fetch.archive-url"]
    assert [item["id"] for item in listed_entries(folder)] == ["dusk", "gear_tool"]
