"""A listing that every Blender refuses as a whole is stored so that each accepts it, in real Blenders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extery.client.repositories import Repository, change_repositories
from extery.client.sync import sync
from extery.client.targets import Target, parse_version
from extery.fetch import Fetcher
from extery.listing.entries import dump_listing, make_listing
from tests.blender.install import VERSIONS
from tests.blender.oracle import synced
from tests.client.samples import make_entry

REPOSITORY = "one"
ENTRIES = [
    make_entry("gear_tool"),
    make_entry("no_tags", tags=[]),
    make_entry("no_website", website=None),
    make_entry("two_numbers", version="1.0"),
    make_entry("library", type="asset-library", blender_version_min="4.2.0"),
    make_entry("dusk", type="theme"),
]


@pytest.mark.blender
@pytest.mark.parametrize("version", VERSIONS)
def test_blender_accepts_what_sync_stores(version: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    listing = dump_listing(make_listing(ENTRIES))
    (source / "index.json").write_bytes(listing)
    target = Target(tmp_path / "extensions", parse_version(version))
    repository = Repository(REPOSITORY, source.as_uri())
    change_repositories(target, lambda _: [repository])

    [result] = sync([target], fetcher_for=lambda _url, _target: Fetcher())

    stored = repository.listing_in(target).read_bytes()
    [whole, part] = synced(version, [listing, stored])
    assert result.ok
    assert whole.error
    assert (part.error, part.reports) == ("", [])
    assert sorted(part.shown) == sorted(
        item["id"]
        for item in json.loads(stored)["data"]
        if item["type"] != "asset-library" or target.blender >= (5, 3, 0)
    )
    assert {"gear_tool", "dusk"} <= set(part.shown)
