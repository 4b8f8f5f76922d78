"""A mirror is complete, verified and incremental, and changes in one step."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import Conflict, InvalidListing, NotFound, Unavailable
from extery.core.locks import locked
from extery.fetch import Fetcher
from extery.listing.entries import parse_listing
from extery.repository.check import check_repository
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.run import (
    MirrorOptions,
    MirrorProgress,
    MirrorResult,
    mirror,
    plan_only,
)
from tests.fetch.web import status, tamper
from tests.kills.writes import checked_after_each_write
from tests.repository.hosted import Repository, listed_entries, visible


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def two(repository: Repository) -> Repository:
    """A repository with two extensions."""
    repository.add("gear.zip")
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    return repository


def done(repository: Repository, folder: Path, fetcher: Fetcher, **options: Any) -> MirrorResult:
    """Mirror, and check that the folder is complete."""
    result = mirror(repository.url, folder, fetcher=fetcher, **options)
    if (folder / "index.json").exists():
        assert_complete(folder)
    return result


def assert_complete(folder: Path) -> None:
    """Check that every entry has its package with the right content."""
    listing = parse_listing((folder / "index.json").read_bytes())
    for item in listing.data:
        assert item["archive_url"].startswith("./")
        if item["id"] in listing.blocked:
            continue
        package = (folder / item["archive_url"]).read_bytes()
        assert len(package) == item["archive_size"]
        assert f"sha256:{hashlib.sha256(package).hexdigest()}" == item["archive_hash"]


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


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(ids=("g*", "sea")), "gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(types=("theme",)), "dusk"),
        (Filters(platforms=("linux-x64",)), "dusk gear_tool 1.2.3 gear_tool 2.0.0"),
        (Filters(platforms=("windows-x64", "linux-x64")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(blender=("4.2",)), "dusk gear_tool 1.2.3 sea"),
        (Filters(blender=("4.2.1", "4.5")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(blender=("5",)), "dusk gear_tool 2.0.0 sea"),
        (Filters(tags=("mesh",)), "sea"),
        (Filters(licenses=("MIT", "GPL-*")), "dusk gear_tool 1.2.3 gear_tool 2.0.0 sea"),
        (Filters(licenses=("SPDX:GPL-*",)), "dusk gear_tool 1.2.3 gear_tool 2.0.0"),
        (Filters(newest=1), "dusk gear_tool 2.0.0 sea"),
        (Filters(newest=1, blender=("4.2",)), "dusk gear_tool 1.2.3 sea"),
    ],
)  # fmt: skip
def test_filters_select_entries(
    repository: Repository, folder: Path, fetcher: Fetcher, filters: Filters, expected: str
) -> None:
    repository.add("g1.zip", blender_version_max="4.4.0")
    repository.add("g2.zip", version="2.0.0", blender_version_min="4.4.0")
    repository.add("d.zip", extension_id="dusk", kind="theme")
    repository.add("s.zip", extension_id="sea", tags=["Mesh"], platforms=["windows-x64"],
                   license=["SPDX:GPL-3.0-or-later", "SPDX:MIT"])  # fmt: skip

    done(repository, folder, fetcher, filters=filters)

    found = [
        f"{item['id']} {item['version']}" if item["id"] == "gear_tool" else item["id"]
        for item in sorted(listed_entries(folder), key=lambda item: (item["id"], item["version"]))
    ]
    assert " ".join(found) == expected


def test_filters_become_queries_to_the_server(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    filters = Filters(blender=("4.2", "5.0.1"), platforms=("linux-x64",))

    done(two, folder, fetcher, filters=filters)

    assert [seen.path.partition("?")[2] for seen in two.web.seen][:2] == [
        "platform=linux-x64&blender_version=4.2.99",
        "platform=linux-x64&blender_version=5.0.1",
    ]
    assert len(listed_entries(folder)) == 2


def test_filters_that_match_nothing_are_a_warning(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    result = done(two, folder, fetcher, filters=Filters(ids=("gaer*",)))

    assert [problem.code for problem in result.problems] == ["mirror.no-match"]


def test_a_plan_writes_nothing(two: Repository, folder: Path, fetcher: Fetcher) -> None:
    planned = plan_only(two.url, folder, fetcher=fetcher)

    assert len(planned.plan.fetch) == 2
    assert not folder.exists()
    assert two.requested() == ["index.json"]


def test_a_repository_that_is_not_a_mirror_is_not_overwritten(
    two: Repository, fetcher: Fetcher, folder: Path
) -> None:
    folder.mkdir()
    (folder / "index.json").write_text("{}")

    with pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.not-a-mirror"
    assert visible(folder) == ["index.json"]


def test_after_a_failed_mirror_a_repository_in_its_folder_is_not_overwritten(
    two: Repository, fetcher: Fetcher, folder: Path
) -> None:
    folder.mkdir()
    with pytest.raises(NotFound):
        mirror(f"{two.web.url}/misspelt/index.json", folder, fetcher=fetcher)
    (folder / "index.json").write_text("{}")

    with pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.not-a-mirror"


def test_a_folder_is_the_mirror_of_one_repository(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    other = two.url.replace("127.0.0.1", "localhost")

    with pytest.raises(Conflict) as caught:
        mirror(other, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.other-source"
    mirror(other, folder, fetcher=fetcher, options=MirrorOptions(new_source=True))
    assert mirror(other, folder, fetcher=fetcher).is_complete


def test_a_locked_mirror_is_an_error_that_names_the_process(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)

    lock = locked(folder / ".extery-mirror" / "lock", area="mirror", command="test", timeout=0)
    with lock, pytest.raises(Conflict) as caught:
        mirror(two.url, folder, fetcher=fetcher)
    assert caught.value.code == "mirror.locked"
    assert str(os.getpid()) in str(caught.value)
    assert done(two, folder, fetcher).is_complete


def test_a_folder_that_cannot_be_created_is_an_error(
    two: Repository, tmp_path: Path, fetcher: Fetcher
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable) as caught:
        mirror(two.url, tmp_path / "file" / "mirror", fetcher=fetcher)
    assert caught.value.code == "mirror.unwritable"


def test_a_damaged_state_causes_no_download(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    (folder / ".extery-mirror" / "state.json").write_text("{")

    assert done(two, folder, fetcher).plan.fetch == []


def test_a_mirror_without_its_state_is_still_a_mirror(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    done(two, folder, fetcher)
    shutil.rmtree(folder / ".extery-mirror")
    two.withdraw("dusk")

    result = done(two, folder, fetcher)

    assert result.plan.fetch == []
    assert [name[:5] for name in visible(folder)] == ["gear_", "index"]


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


@pytest.mark.parametrize("name", ["../precious.zip", "index.json", "sub/a.zip"])
def test_a_manipulated_state_cannot_remove_other_files(
    two: Repository, folder: Path, fetcher: Fetcher, name: str
) -> None:
    done(two, folder, fetcher)
    (folder / "sub").mkdir()
    if not (folder / name).exists():
        (folder / name).write_bytes(b"precious")
    path = folder / ".extery-mirror" / "state.json"
    state = json.loads(path.read_bytes())
    state["files"][name] = {"sha256": "0", "size": 1, "url": ""}
    path.write_text(json.dumps(state))

    done(two, folder, fetcher)

    assert (folder / name).exists()


def test_the_state_contains_the_url_of_each_package(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    url = two.url.replace("//", "//me:secret@")
    mirror(url, folder, fetcher=fetcher)

    text = (folder / ".extery-mirror" / "state.json").read_text()
    state = json.loads(text)
    assert state["source"] == two.url
    assert sorted(file["url"] for file in state["files"].values()) == [
        f"{two.web.url}/r/dusk.zip",
        f"{two.web.url}/r/gear.zip",
    ]
    assert '"etag": "' in text


def test_the_last_progress_is_complete(two: Repository, folder: Path, fetcher: Fetcher) -> None:
    progress: list[MirrorProgress] = []

    result = done(two, folder, fetcher, on_progress=progress.append)

    size = result.plan.bytes_to_fetch
    assert progress[-1] == MirrorProgress(2, 2, size, size)


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


def test_urls_that_differ_in_their_query_are_different_sources(
    two: Repository, folder: Path, fetcher: Fetcher
) -> None:
    mirror(f"{two.url}?repo=a&key=secret", folder, fetcher=fetcher)

    mirror(f"{two.url}?repo=a&key=secret", folder, fetcher=fetcher)
    with pytest.raises(Conflict) as caught:
        mirror(f"{two.url}?repo=b&key=secret", folder, fetcher=fetcher)
    assert caught.value.code == "mirror.other-source"


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
