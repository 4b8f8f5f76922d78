"""Sync stores the listings that Blender reads, and asks for what has changed only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from extery.client.blender_lock import holder_of
from extery.client.index.queries import newest
from extery.client.layout import BLENDER_LOCK
from extery.client.repositories import Repository, change_repositories
from extery.client.sync import sync
from extery.client.sync_state import SyncState, whole_path
from extery.client.targets import Target
from extery.fetch import Fetcher
from extery.listing.entries import dump_listing, make_listing
from tests.client.samples import make_entry
from tests.client.synced import Synced, codes
from tests.fetch.web import redirect, serving


def test_all_listings_are_stored_as_they_were_received(synced: Synced) -> None:
    result = synced.sync()
    assert [item.status for item in result.repositories] == ["updated", "updated"]
    assert [item.entries for item in result.repositories] == [1, 1]
    assert result.ok
    for repository, source in zip(synced.repositories, (synced.one, synced.two), strict=True):
        stored = repository.listing_in(synced.target).read_bytes()
        assert stored == (source.folder / "index.json").read_bytes()
    assert list(newest(synced.target)) == ["two.dusk", "one.gear_tool"]


def test_the_request_has_the_parameters_of_blender(synced: Synced) -> None:
    synced.sync()
    _, _, query = synced.one.web.seen[0].path.partition("?")
    assert query == (
        f"platform={synced.target.system.platform}&blender_version=4.2.99&python_version=3.11.0"
    )


def test_nothing_is_written_if_nothing_has_changed(synced: Synced) -> None:
    synced.sync()
    synced.requested()
    before = {p: p.stat().st_mtime_ns for p in synced.target.folder.rglob("*")}
    assert synced.statuses() == {"one": "unchanged", "two": "unchanged"}
    assert synced.requested() == ["index.json", "index.json"]
    assert {p: p.stat().st_mtime_ns for p in synced.target.folder.rglob("*")} == before


def test_a_changed_listing_is_replaced_and_found(synced: Synced) -> None:
    synced.sync()
    synced.one.add("other.zip", extension_id="other_tool")
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool", "other_tool"]
    synced.one.withdraw("gear_tool")
    synced.sync()
    assert "one.gear_tool" not in newest(synced.target)


def test_recorded_changes_are_fetched_instead_of_the_listing(synced: Synced) -> None:
    synced.one.records_changes = True
    synced.one.publish()
    synced.sync()
    synced.one.add("other.zip", extension_id="other_tool")
    synced.requested()
    synced.sync()
    assert synced.requested() == ["changes.json", "index.json", "index.json"]
    assert synced.stored() == ["gear_tool", "other_tool"]
    assert synced.statuses()["one"] == "unchanged"


def test_changes_apply_although_entries_are_left_out(synced: Synced) -> None:
    synced.one.records_changes = True
    synced.one.entries.append(make_entry("bad", website=""))
    synced.one.publish()
    assert codes(synced.sync()) == ["sync.entry-left-out"]
    assert whole_path(synced.target, "one").exists()
    synced.one.add("other.zip", extension_id="other_tool")
    synced.requested()
    synced.sync()
    assert synced.requested() == ["changes.json", "index.json", "index.json"]
    assert synced.stored() == ["gear_tool", "other_tool"]
    synced.one.withdraw("bad")
    synced.sync()
    assert not whole_path(synced.target, "one").exists()


def test_a_listing_that_blender_has_replaced_is_followed(synced: Synced) -> None:
    synced.sync()
    path = synced.repositories[0].listing_in(synced.target)
    other = path.with_suffix(".new")
    other.write_bytes(dump_listing(make_listing([make_entry("from_blender")])))
    os.replace(other, path)
    assert "one.from_blender" in newest(synced.target)
    assert synced.statuses() == {"one": "updated", "two": "unchanged"}
    assert synced.stored() == ["gear_tool"]
    path.unlink()
    assert synced.statuses()["one"] == "updated"


def test_a_token_is_not_sent_to_the_host_of_a_redirect(tmp_path: Path) -> None:
    target = Target(tmp_path / "extensions", (4, 2, 99))
    with serving() as web, serving() as other:
        url = f"{web.url}/index.json"
        change_repositories(target, lambda _: [Repository("one", url)])
        other.put("/index.json", dump_listing(make_listing([make_entry()])))
        web.put("/index.json", b"")
        web.fail("/index.json", redirect(f"{other.url}/index.json"))
        [result] = sync([target], fetcher_for=lambda u, _: Fetcher(token="secret", token_for=u))
        assert result.ok
        assert "authorization" in web.seen[0].headers
        assert "authorization" not in other.seen[0].headers
    assert list(newest(target)) == ["one.gear_tool"]


def test_disabled_and_local_repositories_are_not_requested(synced: Synced) -> None:
    change_repositories(
        synced.target,
        lambda _: [Repository("one", synced.one.url, enabled=False), Repository("mine")],
    )
    assert synced.sync().repositories == []
    assert synced.requested() == []


def test_a_repository_that_is_removed_is_forgotten(synced: Synced) -> None:
    synced.one.entries.append(make_entry("bad", tags=[]))
    synced.one.publish()
    synced.sync()
    change_repositories(synced.target, lambda _: synced.repositories[1:])
    synced.sync()
    assert list(SyncState(synced.target).listings) == ["two"]
    assert not whole_path(synced.target, "one").exists()


def test_blenders_lock_is_held_while_the_listing_is_replaced(
    synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = synced.repositories[0].listing_in(synced.target).with_name(BLENDER_LOCK)
    from extery.client import sync as module

    real, held = module._write_file, []
    monkeypatch.setattr(
        module, "_write_file", lambda *args: (held.append(bool(holder_of(lock))), real(*args))[1]
    )
    synced.sync()
    assert held == [True, True]
    assert not lock.exists()


def test_progress_counts_repositories(synced: Synced) -> None:
    seen: list[tuple[int, int]] = []
    with synced.network:
        sync(
            [synced.target],
            fetcher_for=synced.network,
            on_done=lambda done, total, *_: seen.append((done, total)),
        )
    assert seen == [(1, 2), (2, 2)]
