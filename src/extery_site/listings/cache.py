"""Listings as bytes, kept in memory for as long as nothing changes.

The revision is read from the database for every request (one row by its key), so that a change
made by any process shows in the next answer. All else is remembered: the snapshot of that
revision, and the rendered answer of each kind of system.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cached_property
from threading import Lock

from extery.core.compatibility import System
from extery_site.listings.snapshot import Snapshot, current_revision, take_snapshot

#: Bytes of answers to keep; beyond it the one unused for longest goes.
MOST_BYTES = 128_000_000


class Answer:
    """A rendered listing and its entity tags."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        digest = hashlib.sha256(body).hexdigest()[:32]
        self.etag = f'"{digest}"'
        self.gzip_etag = f'"{digest}-gzip"'

    @cached_property
    def gzipped(self) -> bytes:
        """The body for clients that accept gzip; Blender does not."""
        return gzip.compress(self.body, 6, mtime=0)


class ListingCache:
    """The answers of the current revision, shared by all threads of a process."""

    def __init__(
        self,
        revision: Callable[[], int] = current_revision,
        snapshot: Callable[[], Snapshot] = take_snapshot,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._read_revision = revision
        self._take_snapshot = snapshot
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._current: tuple[int, Snapshot] | None = None
        self._answers: OrderedDict[tuple[int, str, System], Answer] = OrderedDict()
        self._bytes = 0

    def get(self, system: System, base: str) -> Answer:
        """The listing for a system as it is now."""
        number, snapshot = self._snapshot()
        key = (number, base, snapshot.normalize(system))
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                return found
        made = Answer(snapshot.render(key[2], base))
        with self._lock:
            self._remember(key, made)
        return made

    def _snapshot(self) -> tuple[int, Snapshot]:
        # Read before the rows: if a change comes in between, the next request sees a newer
        # number and reads again. The other way round it could be missed.
        number = self._read_revision()
        current = self._current
        if current is not None and current[0] == number:
            return current
        with self._lock:
            current = self._current
            if current is None or current[0] != number:
                current = self._current = (number, self._take_snapshot())
                self._answers.clear()
                self._bytes = 0
            return current

    def _remember(self, key: tuple[int, str, System], answer: Answer) -> None:
        if key in self._answers or self._current is None or self._current[0] != key[0]:
            return
        self._answers[key] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes and len(self._answers) > 1:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)

    def forget(self) -> None:
        """Begin anew, as after the database was replaced."""
        with self._lock:
            self._current = None
            self._answers.clear()
            self._bytes = 0


LISTINGS = ListingCache()
