"""An entry is compared with its package, and its URL with what clients can request."""

from __future__ import annotations

import pytest

from extery.core.codes import find, render
from extery.fetch import Fetcher
from tests.repository.checking import check, check_folder, codes
from tests.repository.hosted import Repository
from tests.samples.packages import ADD_ON, add_on


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


def test_an_archive_size_of_true_is_1_as_for_blender(
    repository: Repository, fetcher: Fetcher
) -> None:
    repository.add("gear.zip")["archive_size"] = True
    repository.publish()

    assert codes(check(repository, fetcher)) == ["server.archive-size"]


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
