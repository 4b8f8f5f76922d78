"""Checks for ready tasks: cheap, because each worker does it twenty times a second."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from extery_site.project.tasks.models import StoredTask


class Poller:
    """Checks whether the queue may have a ready task.

    SQLite counts the commits of other connections: while that number stays the same, nothing was
    enqueued and no query is made. Deferred tasks become ready without a commit, so a query is
    made at least every second. On other databases each call makes one query.
    """

    def __init__(self, queues: Collection[str], *, interval: float = 1.0) -> None:
        self._queues = queues
        self._interval = interval
        self._version: int | None = None
        self._next_query = 0.0

    def query_next_time(self) -> None:
        """Make a query in the next call, because this connection has changed the queue."""
        self._next_query = 0.0

    def has_ready(self, now: datetime) -> bool:
        """Return whether there is a ready task; may miss a deferred one for a second."""
        if connection.vendor == "sqlite" and not self._may_have_changed():
            return False
        return StoredTask.objects.ready(now).filter(queue_name__in=self._queues).exists()

    def _may_have_changed(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone()
        if version == self._version and time.monotonic() < self._next_query:
            return False
        self._version = version
        self._next_query = time.monotonic() + self._interval
        return True
