"""A Blender that knows more types gets the complete listing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extery.client.index.queries import newest
from extery.client.repositories import change_repositories
from extery.client.targets import Target
from extery.listing.complete import COMPLETE_LISTING
from extery.listing.entries import dump_listing, make_listing
from tests.client.samples import make_entry
from tests.client.synced import Synced, codes


def test_types_that_blender_refuses_are_left_out_for_it_only(
    synced: Synced, tmp_path: Path
) -> None:
    synced.one.entries.append(make_entry("library", type="asset-library"))
    synced.one.publish()
    assert codes(synced.sync()) == ["sync.type-left-out"]
    assert synced.stored() == ["gear_tool"]
    newer = Target(tmp_path / "newer", (5, 3, 99))
    change_repositories(newer, lambda _: synced.repositories)
    assert codes(synced.sync(newer)) == []
    assert synced.stored(target=newer) == ["gear_tool", "library"]


@pytest.fixture
def newer(synced: Synced, tmp_path: Path) -> Target:
    """A target for Blender 5.3 whose repository has a complete listing."""
    target = Target(tmp_path / "newer", (5, 3, 99))
    change_repositories(target, lambda _: synced.repositories)
    publish_complete(synced, make_entry(), make_entry("library", type="asset-library"))
    return target


def publish_complete(synced: Synced, *entries: dict[str, Any]) -> None:
    data = dump_listing(make_listing(entries))
    synced.one.web.put(f"/r/{COMPLETE_LISTING}", data)


def test_a_new_blender_gets_the_complete_listing(synced: Synced, newer: Target) -> None:
    synced.sync(newer)
    assert synced.stored(target=newer) == ["gear_tool", "library"]
    synced.requested()
    assert synced.sync(newer).repositories[0].status == "unchanged"
    assert [seen.path for seen in synced.one.web.seen if COMPLETE_LISTING in seen.path]
    assert len(synced.one.web.seen) == 1
    publish_complete(synced, make_entry("library", type="asset-library"))
    synced.sync(newer)
    assert synced.stored(target=newer) == ["library"]
    library = newest(newer)["one.library"]
    assert library.url.startswith(synced.one.url.removesuffix("index.json") + "library")


def test_a_complete_listing_that_is_gone_is_replaced_by_the_other(
    synced: Synced, newer: Target
) -> None:
    synced.sync(newer)
    del synced.one.web.pages[f"/r/{COMPLETE_LISTING}"]
    synced.sync(newer)
    assert synced.stored(target=newer) == ["gear_tool"]


def test_an_old_blender_does_not_ask_for_the_complete_listing(
    synced: Synced, newer: Target
) -> None:
    synced.sync()
    assert synced.stored() == ["gear_tool"]
    assert synced.requested() == ["index.json", "index.json"]
