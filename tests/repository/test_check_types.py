"""Types that old Blenders do not know are named, and never make the check fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extery.core.errors import ProblemList
from extery.fetch import Fetcher
from extery.listing.entries import Entry, dump_listing, make_listing
from extery.repository.check import check_repository
from extery.repository.check_listing import check_listing
from extery.repository.generate import generate
from tests.repository.packages import put
from tests.samples.entries import sample_entry

FOR_NEW = "https://example.org/blender-5.3/index.json"


def found(
    *entries: Entry, address: str = "https://example.org/index.json", **more: Any
) -> list[tuple[str, str]]:
    """Return the severities and messages of the problems of a listing with these entries."""
    problems = ProblemList()
    document = make_listing(entries) | more
    check_listing(dump_listing(document), problems, address=address)
    return [(problem.severity, problem.message) for problem in problems]


def entry(extension_id: str, type_: Any = "asset-library", **fields: Any) -> Entry:
    return sample_entry(id=extension_id, type=type_, **fields)


def test_a_listing_for_everyone_with_an_asset_library_names_the_blenders_that_cannot_sync() -> None:
    assert found(sample_entry(), entry("rocks")) == [
        (
            "warning",
            "Blender 4.2 to 5.0 cannot sync this repository: 'rocks' has type 'asset-library'",
        )
    ]
    assert found(entry("rocks"), entry("sand"), entry("mud")) == [
        (
            "warning",
            "Blender 4.2 to 5.0 cannot sync this repository: 'rocks' and 2 more have type 'asset-library'",
        )
    ]


@pytest.mark.parametrize(
    "address",
    [FOR_NEW, "https://example.org/api/?blender_version=5.3.0", "file:///p/blender-5.3/index.json"],
)
def test_a_listing_that_only_new_blenders_read_may_have_asset_libraries(address: str) -> None:
    assert found(sample_entry(), entry("rocks"), address=address) == []


def test_an_unknown_type_is_named_with_its_entries() -> None:
    keys = entry("gear_keys", "keymap")

    assert found(keys) == [
        (
            "warning",
            "Blender 4.2 to 5.0 cannot sync this repository: 'gear_keys' has type 'keymap', which extery does not know",
        )
    ]
    assert found(keys, address=FOR_NEW) == [
        ("warning", "'gear_keys' has type 'keymap', which extery does not know")
    ]


def test_only_the_id_of_an_entry_of_an_unknown_type_is_checked() -> None:
    assert found({"id": "gear_keys", "type": "keymap", "tags": 7}, address=FOR_NEW) == [
        ("warning", "'gear_keys' has type 'keymap', which extery does not know")
    ]
    severities = [severity for severity, _ in found({"id": "a b", "type": "keymap"})]
    assert severities == ["error", "warning"]
    assert [severity for severity, _ in found({"type": "keymap"})] == ["error", "warning"]


@pytest.mark.parametrize("type_", [[], ["add-on"], {}, {"a": []}, None, 7, 1.5, True])
def test_a_type_that_is_no_text_is_an_error_and_not_a_crash(type_: Any) -> None:
    [(severity, message)] = found(sample_entry(), entry("gear_keys", type_))

    assert severity == "error"
    assert "type" in message


def test_a_missing_type_is_an_error() -> None:
    broken = entry("gear_keys")
    del broken["type"]

    [(severity, message)] = found(broken)

    assert severity == "error"
    assert "type" in message


def test_unknown_types_are_named_beside_broken_entries() -> None:
    broken = sample_entry(version=7)

    assert [severity for severity, _ in found(broken, entry("rocks"), entry("k", "keymap"))] == [
        "error",
        "warning",
        "warning",
    ]


def test_positions_are_those_of_the_listing() -> None:
    problems = ProblemList()
    entries = [entry("k", "keymap"), sample_entry(), entry("rocks"), sample_entry(version="9.9.9")]

    valid, _ = check_listing(dump_listing(make_listing(entries)), problems, address="")

    assert [number for number, _ in valid] == [1, 2, 3]
    assert [str(problem.where) for problem in problems] == [
        "index.json:data[0].type",
        "index.json:data[2].type",
        "index.json:data[3]",
    ]


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("PER_LIBRARY", None),
        ("FROM_REPOSITORY", None),
        ("per_library", "warning"),
        ("", "warning"),
        (None, "error"),
        ([], "error"),
        ({}, "error"),
        (True, "error"),
    ],
)
def test_the_auth_method_is_checked(value: Any, severity: str | None) -> None:
    problems = found(sample_entry(), assetlib_auth_method=value)

    assert [found for found, _ in problems] == ([severity] if severity else [])


def test_the_packages_of_asset_libraries_are_checked(tmp_path: Path, fetcher: Fetcher) -> None:
    put(tmp_path, "gear.zip")
    put(tmp_path, "rocks.zip", extension_id="rocks", kind="asset-library")
    generate(tmp_path)

    for address, count in (("index.json", 1 + 2), ("blender-5.3/index.json", 2)):
        checked = check_repository((tmp_path / address).as_uri(), fetcher=fetcher)
        assert list(checked.problems) == []
        assert (checked.entries, checked.packages) == (count, count)


def test_keys_of_a_block_that_blender_does_not_read_are_named_once() -> None:
    blocks = [{"id": name, "reason": "x", "retention": 1} for name in ("gear_tool", "old_tool")]

    assert found(sample_entry(), blocklist=blocks) == [
        ("warning", "an item of the blocklist has id and reason, found 'retention' too")
    ]
