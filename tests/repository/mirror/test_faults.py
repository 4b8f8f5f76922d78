"""Packages and listings that fail change nothing: the listing never refers to a missing package."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import InvalidListing, NotFound
from extery.fetch import Fetcher
from extery.listing.entries import parse_listing
from extery.repository.mirror.run import MirrorOptions, mirror
from tests.fetch.web import status, tamper
from tests.kills.writes import checked_after_each_write
from tests.repository.hosted import Repository, listed_entries, visible
from tests.repository.mirror.complete import done


@pytest.mark.parametrize("fault", [status(404), tamper(), status(403)])
def test_a_package_that_fails_leaves_everything_as_it_was(
    two: Repository, folder: Path, fetcher: Fetcher, fault: Any
) -> None:
    done(two, folder, fetcher)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    two.withdraw("gear_tool")
    two.add("gear-2.zip", version="2.0.0")
    two.add("new.zip", extension_id="new")
    two.web.fail("/r/gear-2.zip", fault)

    result = done(two, folder, fetcher)

    assert not result.is_complete
    assert [name.partition("-")[0] for name in result.failed] == ["gear_tool"]
    [problem] = result.problems.errors
    assert problem.where.file == result.failed[0]
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert before.items() <= after.items()
    two.requested()
    assert done(two, folder, fetcher).is_complete
    assert two.requested() == ["gear-2.zip", "index.json"]
    assert [item["version"] for item in listed_entries(folder)] == ["1.2.3", "2.0.0", "1.2.3"]


def test_keep_going_leaves_out_packages_that_fail(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    two.web.fail("/r/gear.zip", tamper())

    result = done(two, folder, fetcher, options=MirrorOptions(keep_going=True))

    assert result.is_complete
    assert len(result.failed) == 1
    assert [item["id"] for item in listed_entries(folder)] == ["dusk"]
    assert len(done(two, folder, fetcher).plan.fetch) == 1


def test_a_bad_listing_changes_nothing(two: Repository, folder: Path, fetcher: Fetcher) -> None:
    done(two, folder, fetcher)
    before = (folder / "index.json").read_bytes()
    two.entries[0]["tags"] = []
    two.publish()

    with pytest.raises(InvalidListing):
        done(two, folder, fetcher)
    two.web.put("/r/index.json", b"<html>")
    with pytest.raises(InvalidListing):
        done(two, folder, fetcher)

    assert (folder / "index.json").read_bytes() == before


def test_verify_fetches_a_damaged_package_again(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    path = next(folder.glob("gear*.zip"))
    facts = path.stat()
    path.write_bytes(bytes(facts.st_size))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    assert mirror(two.url, folder, fetcher=fetcher).plan.fetch == []
    assert done(two, folder, fetcher, options=MirrorOptions(verify=True)).plan.fetch == [path.name]


def test_a_missing_repository_leaves_no_listing(
    repository: Repository, folder: Path, fetcher: Fetcher
) -> None:
    with pytest.raises(NotFound):
        mirror(f"{repository.web.url}/none", folder, fetcher=fetcher)

    assert visible(folder) == []


def test_a_listing_never_refers_to_missing_packages(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    seen: set[bytes] = set()

    def read() -> None:
        data = (folder / "index.json").read_bytes()
        seen.add(data)
        assert all((folder / item["archive_url"]).is_file() for item in parse_listing(data).data)

    for turn in range(4):
        two.withdraw("gear_tool")
        two.add("gear.zip", version=f"2.0.{turn}")
        with checked_after_each_write(folder, read):
            assert mirror(two.url, folder, fetcher=fetcher).is_complete

    assert len(seen) == 5
