"""A listing, and everything done with its entries: select, partition, mirror, check, write."""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path

from extery.core.compatibility import System
from extery.core.errors import ExteryError, InvalidListing, ProblemList
from extery.core.versions import Version
from extery.listing.audience import range_of
from extery.listing.entries import Entry, Listing, parse_listing
from extery.listing.partition import partition
from extery.repository.ambiguity import find_clashes
from extery.repository.check_listing import check_listing, check_texts
from extery.repository.check_packages import resolve_packages
from extery.repository.mirror.filters import Filters
from extery.repository.mirror.plan import plan_mirror
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated_json
from tests.fuzz.seeds import extra
from tests.listing.oracle import select

_ENTRY: Entry = {
    "schema_version": "1.0.0",
    "id": "gears",
    "name": "Gears",
    "tagline": "Makes gears",
    "version": "1.0.0",
    "type": "add-on",
    "maintainer": "Ada",
    "license": ["SPDX:GPL-3.0-or-later"],
    "blender_version_min": "4.2.0",
    "blender_version_max": "5.1.0",
    "website": "https://example.org",
    "copyright": ["2025 Ada"],
    "permissions": {"files": "Reads presets"},
    "tags": ["Mesh"],
    "platforms": ["linux-x64", "windows-x64"],
    "python_versions": ["3.11"],
    "archive_url": "./gears-1.0.0.zip",
    "archive_size": 1000,
    "archive_hash": "sha256:" + "a" * 64,
}


def _document(*entries: Entry) -> bytes:
    blocks = [{"id": "dusk", "reason": "Deletes presets"}]
    return json.dumps({"version": "v1", "blocklist": blocks, "data": entries}).encode()


SEEDS = (
    _document(_ENTRY),
    _document(
        _ENTRY,
        _ENTRY
        | {"version": "1.1.0-b.1", "archive_url": "./b.zip", "archive_hash": "sha256:" + "B" * 64},
        _ENTRY | {"id": "dusk", "type": "theme", "archive_url": "https://example.org/dusk.zip?x=1"},
    ),
    _document(
        *(
            _ENTRY
            | {
                "version": f"{n}.0.0",
                "python_versions": [f"3.{10 + n}", "3"],
                "archive_url": f"./{n}.zip",
            }
            for n in range(6)
        )
    ),
    *extra("listings/*.json"),
)
TOKENS = (
    *(f'"{key}":'.encode() for key in _ENTRY), b'"data":[', b'"blocklist":', b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\\u0000", b"null", b"true", b"-0", b"1e5", b"sha256:", b"./", b".zip",
    b'{"a":', b"[[", b"4.2.0", b"1.0.0-a", b"file:///", b"http://[", b"//", b"<html>", b"\\u202e", b"\\u200d", b"\\ufe0f",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    return mutated_json(source, SEEDS)


def target(data: bytes) -> None:
    for address in ("https://example.org/r/index.json", "file:///r/index.json"):
        _check(data, address)
    try:
        listing = parse_listing(data)
    except InvalidListing as error:
        check_problems(error.problems)
        return
    assert isinstance(listing.blocked, dict)
    for item in listing.data:
        assert isinstance(Version.parse(item["version"]).sort_key, str)
        assert isinstance(str(range_of(item)), str)
    select(listing.data, System.parse(platform="linux-x64", python="3.11.7"))
    _mirror(listing)


def _check(data: bytes, address: str) -> None:
    """Check the entries like `check_repository`, without the packages."""
    problems = ProblemList()
    entries, _blocked = check_listing(data, problems)
    resolve_packages(address, entries, problems)
    check_texts(entries, problems)
    check_problems(problems)


_FILTERS = (
    Filters(),
    Filters(newest=1),
    Filters(
        ids=("g*",), blender=("4.2", "5"), platforms=("linux-x64",), tags=("mesh",), licenses=("GPL*",)
    ),
)  # fmt: skip


def _mirror(listing: Listing) -> None:
    source = "https://example.org/r/index.json"
    for filters, keep_going in product(_FILTERS, (True, False)):
        faults = ProblemList()
        try:
            plan = plan_mirror(
                source,
                [listing, listing],
                filters=filters,
                is_present=lambda _name, _file: False,
                problems=faults if keep_going else None,
            )
        except ExteryError as error:
            check_problems(error.problems)
            assert not keep_going
            continue
        check_problems(faults)
        for name in plan.packages:
            assert Path(name).name == name
            assert name.isascii()
            assert len(name) < 250
        again = parse_listing(plan.listing())
        assert not find_clashes(again.data)
        partition(again.data)
