"""How the listings of a process follow the database, and how many documents it keeps."""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

import pytest

from extery.core.compatibility import Audience, BlenderRange, System
from extery.core.versions import blender_version_of_number
from extery_site.listings import cache as module
from extery_site.listings.cache import CHECK_INTERVAL, ListingCache
from extery_site.listings.changes import Changes, ExtensionState
from extery_site.listings.packed import PackedEntries, Versions
from tests.site.listings.test_snapshot import entry_of

BASE = "http://a"


def versions_of(
    text: str, low: int = 0, high: int | None = None, platforms: str = "", pythons: str = ""
) -> Versions:
    blender = BlenderRange(
        blender_version_of_number(low), None if high is None else blender_version_of_number(high)
    )
    audience = Audience.of(blender, platforms=platforms.split(), pythons=pythons.split())
    return ((entry_of(audience, text),),)


class Database:
    """Extensions with the revision of their last change, and a clock; counts what is read."""

    def __init__(self, **extensions: Versions) -> None:
        self.revision = 1
        self.now = 1000.0
        self.lookups = 0
        self.reads: list[int | None] = []
        self._rows = {id_key: (1, versions) for id_key, versions in extensions.items()}
        self.while_reading = lambda: None

    def change(self, id_key: str, versions: Versions = ()) -> None:
        self.revision += 1
        self._rows[id_key] = (self.revision, versions)

    def read_revision(self) -> int:
        self.lookups += 1
        return self.revision

    def read_changes(self, since: int | None) -> Changes:
        self.reads.append(since)
        changes = Changes(
            self.revision,
            [
                ExtensionState(id_key, PackedEntries.of(versions), None)
                for id_key, (revision, versions) in self._rows.items()
                if since is None or revision > since
            ],
        )
        self.while_reading()
        return changes

    def cache(self, **options: Any) -> ListingCache:
        return ListingCache(
            self.read_revision, self.read_changes, clock=lambda: self.now, **options
        )

    def wait(self) -> None:
        self.now += CHECK_INTERVAL


def ids(cache: ListingCache, system: System = System()) -> list[str]:
    return [item["id"] for item in json.loads(b"".join(cache.get(system, BASE).body))["data"]]


def test_a_preloaded_listing_is_not_read_again_for_the_first_request() -> None:
    database = Database(gear=versions_of("gear"))
    cache = database.cache()

    cache.preload()
    cache.preload()

    assert database.reads == [None]
    ids(cache)
    assert database.reads == [None]


def test_a_request_during_the_preload_waits_for_it_and_reads_nothing() -> None:
    database = Database(gear=versions_of("gear"))
    cache = database.cache()
    answers: list[list[str]] = []
    request = threading.Thread(target=lambda: answers.append(ids(cache)))
    database.while_reading = request.start

    cache.preload()
    request.join(300)

    assert len(answers) == 1
    assert database.reads == [None]


def test_the_revision_is_looked_up_once_in_an_interval() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]
    database.wait()
    cache.get(System(), BASE)
    lookups = database.lookups
    for _ in range(5):
        cache.get(System(), BASE)
    assert database.lookups == lookups
    database.wait()
    cache.get(System(), BASE)
    assert database.lookups == lookups + 1


def test_a_change_by_another_process_is_visible_after_the_interval() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]
    database.wait()
    assert ids(cache) == ["one"]
    database.change("two", versions_of("two"))
    assert ids(cache) == ["one"]
    database.wait()
    assert ids(cache) == ["one", "two"]


def test_a_change_by_this_process_is_visible_immediately() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]
    database.change("two", versions_of("two"))
    cache.refresh_after_commit()
    assert ids(cache) == ["one", "two"]


def test_a_process_without_listings_does_not_read_them_for_a_change() -> None:
    database = Database(one=versions_of("one"))
    database.cache().refresh_after_commit()
    assert database.reads == []


def test_a_process_behind_by_several_revisions_reads_all_changes_in_one_query() -> None:
    database = Database(one=versions_of("one"), two=versions_of("two"), three=versions_of("three"))
    cache = database.cache()
    assert ids(cache) == ["one", "three", "two"]
    for number in range(20):
        database.change("four", versions_of(f"four-{number}"))
    database.change("two")
    database.change("one", versions_of("other"))
    database.wait()
    assert ids(cache) == ["four-19", "other", "three"]
    assert database.reads == [None, 1]


def test_a_lower_revision_rereads_everything() -> None:
    database = Database(one=versions_of("one"))
    database.revision = 7
    cache = database.cache()
    assert ids(cache) == ["one"]
    backup = Database(two=versions_of("two"))
    cache._read_revision, cache._read_changes = backup.read_revision, backup.read_changes
    database.wait()
    assert ids(cache) == ["two"]


def test_while_one_request_reads_a_change_others_get_the_old_listing() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]
    begun, may_end = threading.Event(), threading.Event()

    def pause() -> None:
        begun.set()
        assert may_end.wait(300)

    database.while_reading = pause
    database.change("two", versions_of("two"))
    database.wait()
    found: list[list[str]] = []
    reader = threading.Thread(target=lambda: found.append(ids(cache)))
    reader.start()
    assert begun.wait(300)
    for _ in range(3):
        database.wait()
        assert ids(cache) == ["one"]
    may_end.set()
    reader.join()
    assert found == [["one", "two"]]
    assert ids(cache) == ["one", "two"]
    assert database.reads == [None, 1]


def test_a_commit_during_a_refresh_is_not_missed() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]
    begun, may_end = threading.Event(), threading.Event()

    def pause() -> None:
        begun.set()
        assert may_end.wait(300)

    database.while_reading = pause
    database.change("two", versions_of("two"))
    database.wait()
    reader = threading.Thread(target=cache.get, args=(System(), BASE))
    reader.start()
    assert begun.wait(300)
    database.change("three", versions_of("three"))
    approver = threading.Thread(target=cache.refresh_after_commit)
    approver.start()
    may_end.set()
    reader.join()
    approver.join()
    assert ids(cache) == ["one", "three", "two"]


def test_many_threads_read_the_first_snapshot_once() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    threads = [threading.Thread(target=cache.get, args=(System(), BASE)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.reads == [None]


def test_a_read_that_fails_leaves_the_old_listing_and_is_tried_again() -> None:
    database = Database(one=versions_of("one"))
    cache = database.cache()
    assert ids(cache) == ["one"]

    def fail() -> None:
        raise OSError("the database is gone")

    database.while_reading = fail
    database.change("two", versions_of("two"))
    database.wait()
    with pytest.raises(OSError, match="gone"):
        cache.get(System(), BASE)
    assert ids(cache) == ["one"]
    database.while_reading = lambda: None
    database.wait()
    assert ids(cache) == ["one", "two"]


def test_few_documents_are_kept_whatever_clients_send() -> None:
    cache = Database(
        one=versions_of("one", 5_000_000, None, "linux-x64", "3.11"),
        two=versions_of("two", 4_002_000, 5_000_000),
        three=versions_of("three", 4_003_000, 4_005_000, "", "3"),
    ).cache()
    for major, minor, patch in itertools.product(range(3, 7), range(10), range(10)):
        cache.get(System((major, minor, patch), f"system-{patch}", f"3.{minor}"), BASE)
    assert len(cache._documents) <= 5 * 2 * 3


def test_the_document_that_was_not_used_for_longest_is_dropped_first() -> None:
    cache = Database(one=versions_of("one")).cache()
    first = cache.get(System(), "http://a")
    cache._max_bytes = 2 * cache._size()
    second = cache.get(System(), "http://b")
    assert cache.get(System(), "http://a") is first
    cache.get(System(), "http://c")
    assert cache.get(System(), "http://a") is first
    assert cache.get(System(), "http://b") is not second


def test_documents_are_kept_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DOCUMENTS", 3)
    cache = Database(one=versions_of("one")).cache()
    for number in range(10):
        cache.get(System(), f"http://{number}")
    assert [base for _, base, _ in cache._documents] == ["http://7", "http://8", "http://9"]


def test_a_part_that_documents_share_counts_once() -> None:
    cache = Database(
        one=versions_of("one" * 100, 5_000_000), two=versions_of("two" * 100, 4_002_000)
    ).cache()
    cache.get(System((4, 2, 0)), BASE)
    before = cache._size()
    same = cache.get(System((4, 2, 1)), BASE)
    assert cache._size() == before
    assert same.chunks
