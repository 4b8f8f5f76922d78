"""A repository is checked as clients use it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extery.core.codes import find, render
from extery.core.errors import NotFound, Unavailable
from extery.fetch import Document, Fetcher, get_document
from extery.repository.check import RepositoryCheckResult, check_repository
from extery.repository.generate import generate
from extery.repository.mirror.run import mirror
from tests.fetch.web import Handler, status, tamper
from tests.repository.hosted import Repository
from tests.repository.packages import put
from tests.samples.packages import ADD_ON, add_on


def check(
    repository: Repository, fetcher: Fetcher, *, listing_only: bool = False
) -> RepositoryCheckResult:
    return check_repository(repository.url, fetcher=fetcher, listing_only=listing_only)


def check_folder(repository: Repository, fetcher: Fetcher) -> RepositoryCheckResult:
    return check_repository(repository.folder.as_uri(), fetcher=fetcher)


def codes(found: RepositoryCheckResult) -> list[str]:
    return [problem.code for problem in found.problems]


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


def test_a_package_that_is_missing_was_not_read(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("a.zip")
    repository.add("b.zip", extension_id="dusk")
    del repository.web.pages["/r/b.zip"]

    assert check(repository, fetcher).packages == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"archive_size": 7}, "server.archive-size"),
        ({"archive_hash": f"sha256:{'0' * 64}"}, "server.archive-hash"),
        ({"id": "other"}, "server.other-id"),
        ({"version": "9.0.0"}, "server.other-version"),
        ({"blender_version_min": "4.0.0"}, "server.blender-range-too-wide"),
        ({"blender_version_max": "6.0.0"}, "server.blender-range-too-wide"),
        ({"blender_version_max": None}, "server.blender-range-too-wide"),
        ({"platforms": ["linux-x64", "macos-x64"]}, "server.platforms-too-wide"),
        ({"platforms": None}, "server.platforms-too-wide"),
        ({"python_versions": ["3.13"]}, "server.pythons-too-wide"),
        ({"python_versions": None}, "server.pythons-too-wide"),
        ({"permissions": {"network": "Talks"}}, "server.metadata-differs"),
        ({"license": ["SPDX:MIT"]}, "server.metadata-differs"),
        ({"archive_url": "./none.zip"}, "server.archive-missing"),
        ({"archive_url": "gear.zip"}, "fetch.archive-url"),
    ],
)  # fmt: skip
def test_an_entry_that_differs_from_its_package_is_reported(
    repository: Repository, fetcher: Fetcher, fields: dict[str, object], code: str
) -> None:
    entry = repository.add(
        "gear.zip",
        blender_version_max="5.0.0",
        platforms=["linux-x64", "windows-x64"],
        wheels=["./wheels/a-1-cp311-cp311-linux_x86_64.whl"],
    )
    for key, value in fields.items():
        entry[key] = value
        if value is None:
            del entry[key]
    repository.publish()

    local = [one for one in codes(check_folder(repository, fetcher)) if one != "server.unlisted"]
    assert codes(check(repository, fetcher)) == [code]
    assert local == [code]


TWO_PERMISSIONS = b'[permissions]\nfiles = "Save presets"\nnetwork = "Check for updates"\n'


@pytest.mark.parametrize(
    "fields",
    [
        {"permissions": ["network", "files"]},
        {"permissions": {"network": "Check for updates", "files": "Save presets"}},
        {"license": ["SPDX:GPL-3.0-or-later", "SPDX:MIT"]},
    ],
)
def test_an_entry_may_write_the_same_values_in_another_form(
    repository: Repository, fetcher: Fetcher, fields: dict[str, object]
) -> None:
    manifest = ADD_ON.replace(b"license = [", b'license = ["SPDX:MIT", ') + TWO_PERMISSIONS
    as_usual = {
        "permissions": {"files": "Save presets", "network": "Check for updates"},
        "license": ["SPDX:MIT", "SPDX:GPL-3.0-or-later"],
    }
    repository.add_bytes("gear.zip", add_on(manifest=manifest), **(as_usual | fields))

    assert codes(check(repository, fetcher)) == []


def test_a_list_of_other_permissions_differs(repository: Repository, fetcher: Fetcher) -> None:
    data = add_on(manifest=ADD_ON + TWO_PERMISSIONS)
    repository.add_bytes("gear.zip", data, permissions=["files", "camera"])

    assert codes(check(repository, fetcher)) == ["server.metadata-differs"]


def test_an_entry_may_state_less_than_its_package_supports(
    repository: Repository, fetcher: Fetcher
) -> None:
    entry = repository.add("gear.zip", blender_version_max="5.0.0")
    entry |= {
        "blender_version_min": "4.3.0",
        "blender_version_max": "4.5.0",
        "platforms": ["linux-x64"],
        "python_versions": ["3.11"],
    }
    repository.publish()

    assert codes(check(repository, fetcher)) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("./a.zip?x=1", "server.not-droppable"),
        ("./a.ZIP", "server.not-droppable"),
        ("./../a.zip", "server.name-unsafe"),
        ("./%2e%2e/a.zip", "server.name-unsafe"),
        ("./b//a.zip", "server.name-unsafe"),
        ("./b%2Fa.zip", "server.name-unsafe"),
        ("./a%3A.zip", "server.name-unsafe"),
        ("./NUL.zip", "server.name-unsafe"),
        ("./.a.zip", "server.name-unsafe"),
        ("./%C3%A4.zip", "server.name-unsafe"),
        ("./gear%E2%80%AEpiz.zip", "server.name-unsafe"),
    ],
)
def test_a_url_that_does_not_work_everywhere_is_reported(
    repository: Repository, fetcher: Fetcher, url: str, code: str
) -> None:
    repository.add("gear.zip", url=url)

    found = check(repository, fetcher, listing_only=True)

    assert codes(found) == [code]
    assert found.problems.warnings[0].where.path == ("data", 0, "archive_url")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("./a b.zip", "server.address"),
        ("./\xe4.zip", "server.address"),
        ("http://joe:secret@x.org/a.zip", "server.address"),
        ("HTTPS://x.org/a.zip", "fetch.archive-url"),
        ("http://[::1/a.zip", "fetch.url"),
        ("./\ud800.zip", "fetch.url"),
    ],
)
def test_a_url_that_blender_cannot_request_is_an_error(
    repository: Repository, fetcher: Fetcher, url: str, code: str
) -> None:
    repository.add("gear.zip", url=url)

    found = check(repository, fetcher, listing_only=True)

    [problem] = found.problems.errors
    assert problem.code == code
    assert problem.where.path == ("data", 0, "archive_url")
    assert "secret" not in str(problem)


def test_a_package_with_unrequested_compression_is_an_error(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    body = gzip.compress(repository.web.pages["/r/gear.zip"])

    def compressed(handler: Handler, _: bytes) -> bool:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    repository.web.fail("/r/gear.zip", compressed)

    [problem] = check(repository, fetcher).problems

    assert problem.code == "server.compressed"


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


def test_an_archive_size_of_true_is_1_as_for_blender(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")["archive_size"] = True
    repository.publish()

    assert codes(check(repository, fetcher)) == ["server.archive-size"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_is_reported_as_missing_and_not_read(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (repository.folder / "gear.zip").unlink()
    os.mkfifo(repository.folder / "gear.zip")

    assert codes(check_folder(repository, fetcher)) == ["server.archive-missing"]


def test_a_file_url_is_a_warning_locally_and_an_error_on_the_web(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip", url=(repository.folder / "gear.zip").as_uri())

    assert codes(check_folder(repository, fetcher)) == ["server.local-file"]
    assert codes(check(repository, fetcher)) == ["fetch.archive-url-local"]


def test_an_unlisted_package_is_reported(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip")
    repository.add("old.zip", version="0.9.0", blender_version_max="4.3.0")
    repository.withdraw("gear_tool", "0.9.0")

    [problem] = check_folder(repository, fetcher).problems

    assert (problem.code, problem.where.file) == ("server.unlisted", "old.zip")


def test_a_package_of_a_channel_is_not_unlisted(repository: Repository, fetcher: Fetcher) -> None:
    put(repository.folder, "gear 1.zip", version="1.0.0")
    put(repository.folder, "gear-2.zip", version="2.0.0-beta")
    (repository.folder / "blender_repo.toml").write_text(
        'schema_version = "1.0.0"\nprereleases = false\n[channels.beta]\nprereleases = true\n'
    )
    generate(repository.folder)

    found = check_folder(repository, fetcher)

    assert list(found.problems) == []
    assert [tuple(listing) for listing in found.listings] == [
        ("index.json", 1, 1),
        ("beta/index.json", 1, 1),
    ]


def test_a_file_that_is_not_a_zip_is_reported_with_its_entry(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    (repository.folder / "gear.zip").write_bytes(b"no zip at all")

    found = check_folder(repository, fetcher)

    assert codes(found) == ["server.archive-size", "package.not-zip"]
    assert "gear_tool 1.2.3" in found.problems.errors[1].message


def test_a_failed_download_is_one_problem_of_its_package(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")
    repository.web.fail("/r/gear.zip", status(403))

    assert codes(check(repository, fetcher)) == ["fetch.refused"]


def test_listing_only_reads_no_packages(repository: Repository, fetcher: Fetcher) -> None:
    repository.add("gear.zip")

    assert check(repository, fetcher, listing_only=True).packages == 0
    # As Blender requests it, and as clients that accept compression do; then the complete listing and the page.
    assert repository.requested() == [*("index.html", "index.json", "index.json", "index.json")]


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


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are Unicode there")
def test_a_name_that_is_not_unicode_is_unlisted(repository: Repository, fetcher: Fetcher) -> None:
    path = repository.folder / repository.add("gear.zip")["archive_url"]
    shutil.copy(path, repository.folder / "gear\udcff.zip")

    assert codes(check_folder(repository, fetcher)) == ["server.unlisted"]


def test_the_same_fault_of_two_entries_has_two_fingerprints(
    repository: Repository, fetcher: Fetcher
) -> None:
    for extension_id in ("gear_tool", "other_tool"):
        repository.add(f"{extension_id}.zip", extension_id=extension_id)["license"] = ["SPDX:MIT"]
    repository.publish()

    first, second = check(repository, fetcher).problems

    assert first.code == second.code == "server.metadata-differs"
    assert dict(first.values)["entry"] == "gear_tool 1.2.3"
    assert first.message == render(find(first.code), dict(first.values))[0]
    assert first.fingerprint != second.fingerprint
