"""A bad entry costs that entry, and what is stored is what Blender accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from extery.core.errors import InvalidListing
from extery.listing.entries import dump_listing, make_listing
from extery.listing.lenient import AcceptedListing, read_accepted
from tests.client.samples import make_entry

OLD, NEW = (4, 2, 99), (5, 3, 0)


def accepted(
    *entries: Any, blender: tuple[int, int, int] = OLD, **document: Any
) -> AcceptedListing:
    data = dump_listing(make_listing(entries) | document)
    return read_accepted(data, blender, file="studio")


def ids(listing: AcceptedListing) -> list[str]:
    return [item["id"] for item in json.loads(listing.data)["data"]]


def test_a_good_listing_stays_as_it_is() -> None:
    data = b" " + dump_listing(make_listing([make_entry()]))
    assert read_accepted(data, OLD, file="studio").data == data


@pytest.mark.parametrize(
    "bad",
    [
        make_entry("bad", website=None),
        make_entry("bad", tags=[]),
        make_entry("bad", version="1.0"),
        make_entry("bad", archive_size=0),
        make_entry("bad", archive_hash="md5:1"),
        make_entry("bad", type=["add-on"]),
        {"id": "bad"},
        "bad",
        None,
        7,
    ],
    ids=str,
)
def test_a_bad_entry_costs_that_entry(bad: Any) -> None:
    listing = accepted(make_entry("one"), bad, make_entry("two"))
    assert ids(listing) == ["one", "two"]
    [left_out] = listing.left_out
    assert left_out.position == 1
    assert left_out.problems


def test_a_type_that_an_old_blender_refuses_is_left_out() -> None:
    listing = accepted(make_entry("one"), make_entry("library", type="asset-library"))
    assert ids(listing) == ["one"]
    assert [item.problems for item in listing.left_out] == [()]


def test_a_new_blender_gets_types_that_it_ignores() -> None:
    listing = accepted(
        make_entry("one"),
        {"id": "keys", "type": "keymap"},
        {"id": "no id", "type": "keymap"},
        blender=NEW,
    )
    assert ids(listing) == ["one", "keys"]


@pytest.mark.parametrize(
    "document",
    [
        {"data": None},
        {"version": 1},
        {"blocklist": ["gear_tool"]},
        {"blocklist": {"gear_tool": "bad"}},
    ],
    ids=str,
)
def test_a_document_that_is_no_listing_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidListing):
        accepted(make_entry(), **document)


def test_a_method_that_blender_fails_for_is_left_out() -> None:
    listing = accepted(make_entry(), assetlib_auth_method=None)
    assert "assetlib_auth_method" not in json.loads(listing.data)
    assert accepted(make_entry(), assetlib_auth_method="PER_LIBRARY").data.count(b"PER_LIBRARY")
