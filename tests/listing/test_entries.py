"""Listings: the fields of entries, and invalid listings."""

import json
from typing import Any

import pytest

from extery.core.errors import InvalidListing
from extery.listing.entries import (
    KEYS,
    MAX_LISTING_PROBLEMS,
    dump_listing,
    dump_serialized,
    make_entry,
    make_listing,
    parse_listing,
)
from extery.manifest.document import Manifest
from tests.samples import GOOD
from tests.samples.entries import HASH, sample_entry
from tests.samples.packages import ADD_ON

#: JSON null in an entry is an error for Blender, as is each of these empty values.
EMPTY: list[Any] = [None, [], {}, ""]


def test_an_entry_has_blenders_keys_in_blenders_order() -> None:
    item = make_entry(
        Manifest.parse(GOOD.read_bytes()),
        archive_url="./gears.zip",
        archive_size=10,
        archive_hash=HASH.upper(),
    )

    assert list(item) == [key for key in KEYS if key in item]
    assert set(KEYS) == set(item)
    assert item["archive_hash"] == f"sha256:{HASH}"
    assert item["python_versions"] == ["3.11"]
    assert not {"wheels", "build"} & set(item)


def test_an_entry_has_no_empty_values() -> None:
    item = sample_entry()

    assert not [key for key, value in item.items() if value in EMPTY]
    assert "blender_version_max" not in item


def test_short_blender_versions_are_written_in_three_parts() -> None:
    manifest = Manifest.parse(ADD_ON.replace(b'"4.2.0"', b'"4.2"'), strict=False)

    item = make_entry(manifest, archive_url="./x.zip", archive_size=1, archive_hash=HASH)

    assert item["blender_version_min"] == "4.2.0"


def test_a_dumped_listing_can_be_parsed() -> None:
    document = make_listing([sample_entry()], [{"id": "gear_tool", "reason": "Tests blocks"}])

    parsed = parse_listing(dump_listing(document))

    assert parsed.data == [sample_entry()]
    assert parsed.blocked == {"gear_tool": "Tests blocks"}


def test_serialized_entries_give_the_same_listing() -> None:
    entries = [sample_entry(name="Räder"), sample_entry("2.0.0")]
    texts = [json.dumps(item, separators=(",", ":")).encode() for item in entries]
    blocklist = [{"id": "gear_tool", "reason": "„broken“"}]

    for blocks in ([], blocklist):
        assert dump_serialized(texts, blocks) == dump_listing(make_listing(entries, blocks))
        assert dump_serialized([], blocks) == dump_listing(make_listing([], blocks))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<html>", "listing.not-json"),
        ("[]", "listing.not-an-object"),
        ('{"data": []}', "listing.version"),
        ('{"version": "v1", "data": {}}', "listing.data"),
        ('{"version": "v1", "data": [], "blocklist": ["id"]}', "listing.blocklist"),
        ('{"version": "v1", "data": [7]}', "listing.entry"),
    ],
)
def test_a_listing_that_blender_refuses_is_refused_with_a_code(text: str, code: str) -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(text.encode())

    assert code in [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("archive_url", None, "listing.archive-url"),
        ("archive_size", 0, "listing.archive-size"),
        ("archive_size", False, "listing.archive-size"),
        ("archive_size", 1.0, "listing.archive-size"),
        ("archive_hash", "sha256:12", "listing.archive-hash"),
        ("archive_hash", HASH, "listing.archive-hash"),
        ("website", None, "manifest.website.wrong-type"),
        ("tags", [], "manifest.tags.empty"),
        ("version", "1.0", "manifest.version.bad-version"),
    ],
)
def test_an_invalid_entry_is_reported_with_its_index(key: str, value: object, code: str) -> None:
    document = make_listing([sample_entry(), sample_entry(**{key: value})])

    with pytest.raises(InvalidListing) as caught:
        parse_listing(json.dumps(document).encode())

    [problem] = caught.value.problems
    assert problem.code == code
    assert problem.where.field == f"data[1].{key}"


def test_all_invalid_entries_are_reported_together() -> None:
    document = make_listing([sample_entry(tags=[]), sample_entry(), sample_entry(name="")])

    with pytest.raises(InvalidListing) as caught:
        parse_listing(json.dumps(document).encode())

    assert [problem.where.path[1] for problem in caught.value.problems] == [0, 2]


def test_a_number_of_thousands_of_digits_is_an_error() -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(b'{"version":"v1","data":[],"number":' + b"9" * 5000 + b"}")

    assert caught.value.code == "listing.not-json"


def test_blocks_without_a_valid_id_are_ignored() -> None:
    blocks: list[dict[str, Any]] = [{}, {"id": [1]}, {"id": ""}, {"id": "gear_tool", "reason": "x"}]

    assert parse_listing(dump_listing(make_listing([], blocks))).blocked == {"gear_tool": "x"}


@pytest.mark.parametrize("reason", [{}, {"reason": None}, {"reason": ["x"]}, {"reason": ""}])
def test_a_block_without_a_reason_gets_one(reason: dict[str, Any]) -> None:
    document = make_listing([], [{"id": "gear_tool", **reason}])

    listing = parse_listing(json.dumps(document).encode())
    assert listing.valid_blocks == [{"id": "gear_tool", "reason": "no reason given"}]


@pytest.mark.parametrize("depth", [60, 900])
def test_a_deeply_nested_listing_is_refused(depth: int) -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(
            b'{"version": "v1", "data": [], "more": ' + b"[" * depth + b"]" * depth + b"}"
        )

    assert caught.value.code == "listing.too-deep"


def test_problems_above_the_limit_are_counted() -> None:
    with pytest.raises(InvalidListing) as caught:
        parse_listing(b'{"version":"v1","data":[' + b"1," * 100_000 + b"2]}")

    assert len(caught.value.problems) == MAX_LISTING_PROBLEMS + 1
    assert "99,501 more entries" in caught.value.problems[-1].message
