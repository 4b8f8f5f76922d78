"""The cache of listings in the memory of a web process, and how it is refreshed.

How long clients and proxies may cache a listing (``Cache-Control``): `extery_site.listings.middleware`.

Requests are answered from a snapshot. The revision in the database is read at most once in
`CHECK_INTERVAL`. If it is newer, one request reads the changes and replaces the snapshot, while all
others use the old one. A process that commits a change replaces its own snapshot before it sends
the response of that change. So the next request to that process shows the change, and other
processes show it after `CHECK_INTERVAL` and the milliseconds that reading the change takes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from extery.core.compatibility import System
from extery_site.catalog.models import Channel
from extery_site.listings.changes import Changes, current_revision, read_changes
from extery_site.listings.document import ListingDocument
from extery_site.listings.snapshot import Snapshot

#: Seconds between two reads of the revision.
CHECK_INTERVAL = 0.01
#: Limits of rendered documents; the least recently used are dropped.
MAX_BYTES = 40_000_000
MAX_DOCUMENTS = 128


class ListingCache:
    """The snapshot of the newest known revision, and documents rendered from it; thread-safe."""

    def __init__(
        self,
        read_revision: Callable[[], int] = current_revision,
        read_changes: Callable[[int | None], Changes] = read_changes,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_revision = read_revision
        self._read_changes = read_changes
        self._max_bytes = max_bytes
        self._clock = clock
        self._refreshing = Lock()
        self._snapshot: Snapshot | None = None
        self._check_at = 0.0
        self._documents_lock = Lock()
        self._documents: OrderedDict[tuple[str, str, System], ListingDocument] = OrderedDict()
        #: How often everything was dropped: what others keep of an earlier one is outdated.
        self.generation = 0

    def get(self, system: System, base: str, channel: str = Channel.STABLE) -> ListingDocument:
        """Return the listing of a channel for a system, with download links that begin with ``base``."""
        snapshot = self._current().of_channel(channel)
        key = (channel, base, snapshot.normalize(system))
        with self._documents_lock:
            document = self._documents.get(key)
            if document is not None and document.revision == snapshot.revision:
                self._documents.move_to_end(key)
                return document
        # The old document is kept until the new one has taken over its unchanged chunks.
        document = snapshot.render(key[2], base)
        with self._documents_lock:
            self._documents[key] = document
            self._documents.move_to_end(key)
            self._drop_unused()
        return document

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot of the newest known revision."""
        return self._current()

    def preload(self) -> None:
        """Read the snapshot, unless another thread is reading it or has done so."""
        if self._snapshot is None:
            self._refresh()

    def expire(self) -> None:
        """Read the revision again at the next request."""
        self._check_at = 0.0

    def refresh_after_commit(self) -> None:
        """Show a change that this process has committed; waits for a refresh in progress."""
        self.expire()
        if self._snapshot is not None:
            self._refresh()

    def clear(self) -> None:
        """Drop everything, as after the database was replaced."""
        with self._refreshing, self._documents_lock:
            self._snapshot = None
            self._check_at = 0.0
            self._documents.clear()
            self.generation += 1

    def _current(self) -> Snapshot:
        snapshot = self._snapshot
        now = self._clock()
        if snapshot is None:
            return self._refresh()
        if now < self._check_at:
            return snapshot
        # Set before the read, so that other threads do not read too, and `expire` is not overwritten.
        self._check_at = now + CHECK_INTERVAL
        if self._read_revision() == snapshot.revision:
            return snapshot
        if not self._refreshing.acquire(blocking=False):
            return snapshot
        try:
            return self._read()
        finally:
            self._refreshing.release()

    def _refresh(self) -> Snapshot:
        with self._refreshing:
            return self._read()

    def _read(self) -> Snapshot:
        """Replace the snapshot by that of the present revision."""
        snapshot = self._snapshot
        revision = self._read_revision()
        if snapshot is not None and revision == snapshot.revision:
            return snapshot
        # A lower revision is that of another database, or of a backup.
        if snapshot is None or revision < snapshot.revision:
            snapshot = Snapshot.of(self._read_changes(None))
        else:
            snapshot = snapshot.apply(self._read_changes(snapshot.revision))
        self._snapshot = snapshot
        return snapshot

    def _drop_unused(self) -> None:
        while len(self._documents) > MAX_DOCUMENTS or (
            len(self._documents) > 1 and self._size() > self._max_bytes
        ):
            self._documents.popitem(last=False)

    def _size(self) -> int:
        documents = self._documents.values()
        chunks = {id(chunk): chunk.size for document in documents for chunk in document.chunks}
        return sum(chunks.values()) + sum(document.own_size for document in documents)


LISTINGS = ListingCache()
