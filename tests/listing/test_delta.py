"""Recorded changes turn an older listing into the current one byte by byte, or do not apply."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.listing import delta
from extery.listing.delta import apply_changes, record_change
from extery.listing.entries import dump_listing, make_listing

Versions = dict[str, str]


def listing_of(versions: Versions, reason: str = "") -> bytes:
    """Return a listing with these versions by id."""
    entries: list[dict[str, Any]] = [
        {"schema_version": "1.0.0", "id": key, "version": version, "tagline": 'Räder, "},{"'}
        for key, version in sorted(versions.items())
    ]
    return dump_listing(make_listing(entries, [{"id": "a", "reason": reason}] if reason else []))


LISTINGS = st.builds(
    listing_of,
    st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["1.0.0", "2.0.0"])),
    st.sampled_from(["", "broken", "kaputt: „äh“"]),
)


@given(st.lists(LISTINGS, min_size=1, max_size=6))
def test_recorded_changes_turn_every_older_listing_into_the_current_one(past: list[bytes]) -> None:
    known = b""
    for old, new in zip(past, [*past[1:], past[-1]], strict=True):
        known = record_change(old, new, known)

    for old in past:
        assert apply_changes(old, known) == past[-1]


def test_a_change_contains_only_changed_entries() -> None:
    many = {f"tool_{number:04}": "1.0.0" for number in range(2000)}
    old, new = listing_of(many), listing_of(many | {"tool_0007": "1.1.0", "tool_1000": "1.1.0"})

    found = record_change(old, new, b"")

    assert apply_changes(old, found) == new
    assert len(found) < 1000


def test_changes_do_not_apply_to_an_unrecorded_listing() -> None:
    found = record_change(listing_of({"a": "1.0.0"}), listing_of({"a": "2.0.0"}), b"")

    assert apply_changes(listing_of({"a": "3.0.0"}), found) is None
    assert apply_changes(b"", found) is None


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"version":"v1","listing":{"hash":1},"changes":[1]}',
    ],
)
def test_damaged_changes_do_not_apply(document: bytes) -> None:
    assert apply_changes(listing_of({"a": "1.0.0"}), document) is None


@pytest.mark.parametrize("cut", [[[0, 1, [{"id": "evil"}]]], [["x", 1, []]], [[0]], {}, None])
def test_a_change_with_another_resulting_hash_is_refused(cut: object) -> None:
    old = listing_of({"a": "1.0.0"})
    read = json.loads(record_change(old, listing_of({"a": "2.0.0"}), b""))
    read["changes"][0]["cuts"] = cut

    assert apply_changes(old, json.dumps(read).encode()) is None


@pytest.mark.parametrize(
    "old",
    [b"", b'{"data": []}', json.dumps(json.loads(listing_of({"a": "1.0.0"})), indent=2).encode()],
)
def test_a_listing_of_another_program_starts_a_new_record(old: bytes) -> None:
    new = listing_of({"a": "2.0.0"})

    read = json.loads(record_change(old, new, b""))

    assert read["changes"] == []
    assert read["listing"] == {"hash": delta.listing_digest(new), "size": len(new)}


def test_entries_in_another_order_start_a_new_record() -> None:
    old = dump_listing(make_listing([{"schema_version": "1", "id": key} for key in "ab"]))
    new = dump_listing(make_listing([{"schema_version": "1", "id": key} for key in "ba"]))

    assert json.loads(record_change(old, new, b""))["changes"] == []


def test_the_oldest_changes_are_dropped_above_the_size_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delta, "MAX_DELTA_SIZE", 2_000)
    past = [listing_of({"a": f"1.{number}.0"}) for number in range(20)]
    known = b""
    for old, new in pairwise(past):
        known = record_change(old, new, known)

    assert len(known) < 2_300
    assert apply_changes(past[0], known) is None
    assert apply_changes(past[-3], known) == past[-1]


def test_a_change_of_too_many_entries_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delta, "MAX_CHANGED_ENTRIES", 3)
    old, new = (
        listing_of(dict.fromkeys("abc", "1.0.0")),
        listing_of(dict.fromkeys("abc", "2.0.0")),
    )

    assert json.loads(record_change(old, new, b""))["changes"] == []
