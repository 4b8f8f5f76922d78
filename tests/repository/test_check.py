"""A listing is checked as clients use it: how it is requested, what its values and blocks mean to Blender."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import NotFound, Unavailable
from extery.fetch import Document, Fetcher, get_document
from extery.repository.check import check_repository
from extery.repository.mirror.run import mirror
from tests.fetch.web import Handler, status, tamper
from tests.repository.checking import check, check_folder, codes
from tests.repository.hosted import Repository


def test_a_good_repository_has_no_problem(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip", wheels=["./wheels/a-1-py3-none-any.whl"])
    repository.add("dusk.zip", extension_id="dusk", kind="theme", platforms=["linux-x64"])

    for found in (check(repository, fetcher), check_folder(repository, fetcher)):
        assert list(found.problems) == []
        assert (found.entries, found.packages) == (2, 2)


def test_the_listing_is_requested_as_blender_requests_it(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")

    def pack_always(handler: Handler, body: bytes) -> bool:
        handler.headers.replace_header("Accept-Encoding", "gzip")
        return False

    repository.web.fail("/r/index.json", pack_always)

    assert codes(check(repository, fetcher)) == ["server.compressed"]


def test_a_missing_listing_is_an_error(repository: Repository, fetcher: Fetcher) -> None:
    with pytest.raises(NotFound):
        check(repository, fetcher)


def test_all_invalid_entries_are_reported_and_valid_ones_checked(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")["tags"] = []
    repository.add("dusk.zip", extension_id="dusk", kind="theme")
    repository.entries.append({"id": 7})
    repository.publish()
    repository.web.fail("/r/dusk.zip", tamper())

    found = check(repository, fetcher)

    assert {problem.where.path[1] for problem in found.problems} == {0, 1, 2}
    assert "server.archive-hash" in codes(found)
    assert found.entries == 1


@pytest.mark.parametrize("body", [b"[]", b'{"version": "v1"}', b'{"data": 7}'])
def test_an_invalid_listing_is_reported(
    repository: Repository, fetcher: Fetcher, body: bytes
) -> None:
    repository.web.put("/r/index.json", body)

    found = check(repository, fetcher)

    assert not found.ok
    assert all(code.startswith("listing.") for code in codes(found))


def test_several_entries_for_one_blender_are_reported_with_an_example(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("1.zip", version="1.0.0")
    repository.add("2.zip", version="2.0.0", blender_version_min="4.4.0")

    found = check(repository, fetcher)

    [problem] = found.problems
    assert problem.code == "listing.several"
    assert problem.message.endswith(
        "gear_tool 1.0.0 and 2.0.0 both fit Blender 4.4.0 on linux-x64 with Python 3.11"
    )
    assert found.ok


def test_two_entries_of_one_version_say_which_one_blender_installs(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("a.zip")
    repository.add("b.zip", blender_version_min="5.1.0")

    [problem] = check(repository, fetcher).problems
    assert problem.message.endswith(
        "gear_tool 1.2.3 is listed twice for Blender 5.1.0 on linux-x64 with Python 3.13: "
        "Blender installs ./a.zip, not ./b.zip"
    )


def test_a_server_that_sends_old_compressed_content_is_reported(
    repository: Repository, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.add("a.zip")

    def old(url: str, *, fetcher: Fetcher, compressed: bool = True) -> Document | None:
        document = get_document(url, fetcher=fetcher, compressed=compressed)
        return replace(document, body=b"{}") if compressed and document else document

    monkeypatch.setattr("extery.repository.check_listing.get_document", old)

    [problem] = check(repository, fetcher).problems
    assert (problem.code, problem.severity) == ("server.stale-companion", "warning")


@pytest.mark.parametrize("pythons", ["3.11", [3.11], [["3"]], 3, {"3": 1}])
def test_invalid_python_versions_count_as_every_python(
    repository: Repository, fetcher: Fetcher, pythons: Any
) -> None:
    repository.add("gear.zip", blender_version_max="5.0.0")
    repository.add("newer.zip", version="2.0.0", blender_version_min="5.0.0")
    repository.entries[0]["python_versions"] = pythons
    repository.publish()

    found = check(repository, fetcher)

    assert found.ok
    [problem] = found.problems
    assert (problem.code, problem.where.path) == (
        "server.pythons",
        ("data", 0, "python_versions"),
    )


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("blender_version_max", ""),
        ("blender_version_max", "5.\u00b2"),
        ("blender_version_min", "9" * 5000),
        ("blender_version_min", "4.2.0.\u00b2"),
    ],
)
def test_a_blender_version_that_blender_accepts_and_cannot_read_is_a_warning(
    key: str, text: str, repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")[key] = text
    repository.publish()

    [problem] = check(repository, fetcher, listing_only=True).problems
    assert (problem.code, problem.severity) == ("server.blender-version", "warning")
    assert problem.where.path == ("data", 0, key)
    assert len(problem.message) < 200


def test_a_block_without_an_id_does_not_disable_others(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    repository.blocklist = [{"reason": "?"}, {"id": "gear_tool", "reason": "It bites"}]
    repository.publish()
    del repository.web.pages["/r/gear.zip"]

    assert codes(check(repository, fetcher)) == ["server.block"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"reason": "It bites"}, "an item of blocklist has no id as text, and blocks nothing"),
        ({"id": 1, "reason": "x"}, "an item of blocklist has no id as text, and blocks nothing"),
        ({"id": "gear_tool"}, "the block of 'gear_tool' has no reason as text"),
        ({"id": "gear_tool", "reason": ["x"]}, "the block of 'gear_tool' has no reason as text"),
    ],
)
def test_a_block_that_blender_cannot_use_is_a_warning(
    block: dict[str, object], message: str, repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    repository.blocklist = [block]
    repository.publish()

    [problem] = check(repository, fetcher).problems
    assert (problem.code, problem.severity, problem.message) == ("server.block", "warning", message)
    assert problem.where.path[:2] == ("blocklist", 0)


def test_a_mirror_passes_its_check(
    repository: Repository, fetcher: Fetcher, tmp_path: Path
) -> None:
    repository.add("1.zip", version="1.0.0")
    repository.add("2.zip", version="2.0.0", blender_version_min="4.4.0")
    repository.add("Größe #1.zip", extension_id="size", url="./Gr%C3%B6%C3%9Fe%20%231.zip")
    shutil.rmtree(tmp_path / "m", ignore_errors=True)

    mirror(repository.folder.as_uri(), tmp_path / "m", fetcher=fetcher)

    found = check_repository((tmp_path / "m").as_uri(), fetcher=fetcher)
    assert list(found.problems) == []
    assert json.loads(json.dumps(found.as_dict()))["entries"] == 3


def test_a_listing_that_cannot_be_fetched_is_an_error(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.web.fail("/r/index.json", *[status(500)] * 5)

    with pytest.raises(Unavailable):
        check(repository, fetcher)
