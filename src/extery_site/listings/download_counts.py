"""Download counts: collected in memory, and added to the database by a task every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import F

from extery_site.catalog.models import DailyDownloads, Extension, Package
from extery_site.listings.daily_clients import (
    DailyClients,
    delete_past_days,
    digest_of,
    key_of_today,
    store_new,
    today,
)
from extery_site.project.tasks import periodic, task

logger = logging.getLogger(__name__)

#: Seconds between two flushes; these downloads are lost if the web process is killed.
FLUSH_INTERVAL = 5.0
#: Maximum number of downloads in memory; while the database is unavailable, further ones are dropped.
MAX_DOWNLOADS = 50_000
#: Downloads in the arguments of one task.
_BATCH = 1_000


@task()
def add_downloads(downloads: list[tuple[int, str]]) -> int:
    """Add downloads to the counts of packages and extensions, and return their number.

    Each is the id of a package and a hash of client and package. Hashes that any process has handed over
    today are not counted again.
    """
    new = store_new(digest for _, digest in downloads)
    # A hash stands for one package, whether or not it is in the list twice.
    numbers = Counter(
        package for digest, package in {d: p for p, d in downloads}.items() if digest in new
    )
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
    _add_to_day(today(), extensions)
    return len(new)


def _add_to_day(day: date, extensions: Mapping[int, int]) -> None:
    """Add downloads of extensions to those of a day."""
    DailyDownloads.objects.bulk_create(
        [DailyDownloads(extension_id=key, day=day) for key in sorted(extensions)],
        ignore_conflicts=True,
    )
    for key, number in sorted(extensions.items()):
        rows = DailyDownloads.objects.filter(extension=key, day=day)
        rows.update(number=F("number") + number)


@periodic(every=timedelta(hours=1))
@task()
def forget_download_clients() -> int:
    """Delete the keys and hashes of past days, also if nothing is downloaded today."""
    return delete_past_days()


class DownloadCounter:
    """The downloads that this process has served since the last flush."""

    def __init__(self, *, interval: float | None = FLUSH_INTERVAL) -> None:
        #: Seconds between two flushes by a thread; None for no thread.
        self.interval = interval
        self.reset()

    def reset(self) -> None:
        """Drop downloads and thread: after a fork both belong to the parent process."""
        self._downloads: list[tuple[int, str]] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._clients = DailyClients()

    def add(self, package_id: int, *, client: str) -> None:
        """Count a download unless this client has downloaded the package today.

        Writes nothing and does not wait for the database: addresses are in memory until the next flush.
        """
        if not self._clients.add(client, package_id):
            return
        with self._lock:
            if len(self._downloads) >= MAX_DOWNLOADS:
                return
            self._downloads.append((package_id, client))
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
        """Enqueue tasks with the downloads and return their number. Keeps them on failure."""
        with self._flushing:
            with self._lock:
                downloads, self._downloads = self._downloads, []
            if not downloads:
                return 0
            try:
                key = key_of_today()
                hashed = [
                    (package, digest_of(client, package, key)) for package, client in downloads
                ]
                with transaction.atomic():
                    for start in range(0, len(hashed), _BATCH):
                        add_downloads.enqueue(hashed[start : start + _BATCH])
            except (DatabaseError, InterfaceError):
                logger.warning("%d downloads not counted yet", len(downloads), exc_info=True)
                with self._lock:
                    self._downloads = (downloads + self._downloads)[:MAX_DOWNLOADS]
                return 0
        return len(downloads)

    def _flush_regularly(self, interval: float) -> None:
        while True:
            time.sleep(interval)
            if self._downloads:
                self.flush()
                connections.close_all()


DOWNLOADS = DownloadCounter()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=DOWNLOADS.reset)
