"""A mirror is complete and incremental: what it has, what a second run fetches, keeps and removes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

from extery.fetch import Fetcher
from extery.repository.check import check_repository
from extery.repository.mirror.run import MirrorOptions, MirrorProgress, mirror, plan_only
from tests.fetch.web import status
from tests.repository.hosted import Repository, listed_entries, visible
from tests.repository.mirror.complete import done


def test_a_mirror_has_every_package_under_a_unique_name(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    result = done(two, folder, fetcher)

    assert result.is_complete
    names = [
        f"{e['id']}-{e['version']}-{e['archive_hash'][7:19]}.zip" for e in listed_entries(folder)
    ]
    assert visible(folder) == sorted(["index.json", *names])
    document = json.loads((folder / "index.json").read_bytes())
    without_urls = [{**item, "archive_url": ""} for item in document["data"]]
    assert without_urls == [
        {**item, "archive_url": ""} for item in sorted(two.entries, key=lambda item: item["id"])
    ]


def test_a_blocked_extension_is_listed_without_its_package(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    two.blocklist = [{"id": "dusk", "reason": "Too dark"}]
    two.publish()
    two.web.fail("/r/dusk.zip", status(403))

    result = done(two, folder, fetcher)

    assert result.is_complete
    assert json.loads((folder / "index.json").read_bytes())["blocklist"] == two.blocklist
    assert [item["id"] for item in listed_entries(folder)] == ["dusk", "gear_tool"]
    assert [name.partition("-")[0] for name in visible(folder)] == ["gear_tool", "index.json"]
    assert list(check_repository(folder.as_uri(), fetcher=fetcher).problems) == []


def test_the_compressed_listing_matches_the_listing(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    for _ in range(2):
        done(two, folder, fetcher)
        plain, packed = folder / "index.json", folder / "index.json.gz"
        assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
        assert packed.stat().st_mtime_ns == plain.stat().st_mtime_ns
        two.withdraw("dusk")


def test_a_second_run_requests_only_the_listing(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.is_file()}
    two.requested()

    result = done(two, folder, fetcher)

    assert "if-none-match" in two.web.requests_of("/r/index.json")[0]
    assert two.requested() == ["index.json"]
    assert result.is_complete
    assert result.plan.fetch == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_only_changed_packages_are_fetched_and_old_ones_removed(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    old = visible(folder)
    two.withdraw("gear_tool")
    two.add("gear-2.zip", version="2.0.0")
    two.requested()

    result = done(two, folder, fetcher)

    assert two.requested() == ["gear-2.zip", "index.json"]
    assert [item["version"] for item in listed_entries(folder)] == ["1.2.3", "2.0.0"]
    [removed] = result.plan.remove
    assert set(old) - set(visible(folder)) == {removed}


def test_keep_old_keeps_packages_that_are_no_longer_listed(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    before = visible(folder)
    two.withdraw("gear_tool")

    done(two, folder, fetcher, options=MirrorOptions(keep_old=True))
    assert visible(folder) == before
    assert len(listed_entries(folder)) == 1
    done(two, folder, fetcher)
    assert len(visible(folder)) == len(before) - 1


def test_other_files_in_the_folder_are_unchanged(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    folder.mkdir()
    (folder / "mine.zip").write_bytes(b"mine")

    done(two, folder, fetcher)
    two.withdraw("gear_tool")
    done(two, folder, fetcher)

    assert (folder / "mine.zip").read_bytes() == b"mine"


def test_a_package_with_a_new_modification_time_is_hashed_again_and_kept(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    path = next(folder.glob("gear*.zip"))
    os.utime(path)
    assert done(two, folder, fetcher).plan.fetch == []
    path.write_bytes(b"other")
    assert done(two, folder, fetcher).plan.fetch == [path.name]


def test_a_copied_mirror_works(
    two: Repository, tmp_path: Path, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert done(two, copy, fetcher).plan.fetch == []

    again = tmp_path / "again"
    mirror(copy.as_uri(), again, fetcher=fetcher)

    assert visible(again) == visible(folder)
    assert (again / "index.json").read_bytes() == (folder / "index.json").read_bytes()


def test_a_plan_writes_nothing(two: Repository, folder: Path, fetcher: Fetcher) -> None:
    planned = plan_only(two.url, folder, fetcher=fetcher)

    assert len(planned.plan.fetch) == 2
    assert not folder.exists()
    assert two.requested() == ["index.json"]


def test_the_last_progress_is_complete(two: Repository, folder: Path, fetcher: Fetcher) -> None:
    progress: list[MirrorProgress] = []

    result = done(two, folder, fetcher, on_progress=progress.append)

    size = result.plan.bytes_to_fetch
    assert progress[-1] == MirrorProgress(2, 2, size, size)
