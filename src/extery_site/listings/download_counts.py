"""Download counts: collected in memory, and added to the database by a task every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import F

from extery_site.catalog.models import Extension, Package
from extery_site.listings.daily_clients import DailyClients
from extery_site.project.tasks import task

logger = logging.getLogger(__name__)

#: Seconds between two flushes; these counts are lost if the web process is killed.
FLUSH_INTERVAL = 5.0
#: Maximum number of packages in memory; while the database is unavailable, further ones are dropped.
MAX_PACKAGES = 10_000
#: Packages in the arguments of one task.
_BATCH = 1_000


@task()
def add_downloads(counts: list[list[int]]) -> None:
    """Add pairs of package id and number to the counts of the packages and their extensions."""
    numbers: Counter[int] = Counter()
    for package, number in counts:
        numbers[package] += number
    extensions: Counter[int] = Counter()
    # Ordered by key, so that two such tasks cannot deadlock.
    packages = Package.objects.filter(pk__in=numbers).order_by("pk")
    for package, extension in packages.values_list("pk", "version__extension_id"):
        Package.objects.filter(pk=package).update(
            download_count=F("download_count") + numbers[package]
        )
        extensions[extension] += numbers[package]
    for extension, number in sorted(extensions.items()):
        Extension.objects.filter(pk=extension).update(download_count=F("download_count") + number)


class DownloadCounter:
    """The downloads that this process has served since the last flush."""

    def __init__(self, *, interval: float | None = FLUSH_INTERVAL) -> None:
        #: Seconds between two flushes by a thread; None for no thread.
        self.interval = interval
        self.reset()

    def reset(self) -> None:
        """Drop counts and thread: after a fork both belong to the parent process."""
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._clients = DailyClients()

    def add_once_a_day(self, package_id: int, *, client: str) -> None:
        """Count a download unless this client has downloaded the package today."""
        if self._clients.add(client, package_id):
            self.add(package_id)

    def add(self, package_id: int) -> None:
        """Count a download. Writes nothing and does not wait for the database."""
        with self._lock:
            if len(self._counts) >= MAX_PACKAGES and package_id not in self._counts:
                return
            self._counts[package_id] += 1
            if self._thread is None and self.interval is not None:
                self._thread = threading.Thread(
                    target=self._flush_regularly,
                    args=[self.interval],
                    name="download-counts",
                    daemon=True,
                )
                self._thread.start()
                atexit.register(self.flush)

    def flush(self) -> int:
        """Enqueue a task with the counts; return the number of downloads. Keeps them on failure."""
        with self._flushing:
            with self._lock:
                counts, self._counts = self._counts, Counter()
            pairs = sorted(counts.items())
            try:
                with transaction.atomic():
                    for start in range(0, len(pairs), _BATCH):
                        add_downloads.enqueue(
                            [list(pair) for pair in pairs[start : start + _BATCH]]
                        )
            except (DatabaseError, InterfaceError):
                logger.warning("%d downloads not counted yet", counts.total(), exc_info=True)
                with self._lock:
                    self._counts.update(counts)
                return 0
        return counts.total()

    def _flush_regularly(self, interval: float) -> None:
        while True:
            time.sleep(interval)
            if self._counts:
                self.flush()
                connections.close_all()


DOWNLOADS = DownloadCounter()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DOWNLOADS.reset)
