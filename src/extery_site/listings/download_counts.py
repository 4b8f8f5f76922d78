"""Download counts: collected in memory, and added to the database by a task every few seconds."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import F

from extery_site.catalog.models import Extension, Package
from extery_site.listings.daily_clients import (
    DailyClients,
    delete_past_days,
    digest_of,
    key_of_today,
    store_new,
    today,
)
from extery_site.project.tasks import periodic, task
from extery_site.statistics.recording import Download, add_to_day, countable_system

logger = logging.getLogger(__name__)

#: Seconds between two flushes; these downloads are lost if the web process is killed.
FLUSH_INTERVAL = 5.0
#: Maximum number of downloads in memory; while the database is unavailable, further ones are dropped.
MAX_DOWNLOADS = 50_000
#: Downloads in the arguments of one task.
_BATCH = 1_000


@task()
def add_downloads(downloads: Sequence[Sequence[str | int]], day: str = "") -> int:
    """Add downloads to the counts of packages and extensions and of the day; return their number.

    Each is the id of a package, a hash of client and package, and the series of Blender and the platform, which
    tasks of older releases lack. Hashes that any process has handed over today are not counted again.
    """
    new = store_new(str(one[1]) for one in downloads)
    # A hash stands for one package, whether or not it is in the list twice.
    counted: dict[str, tuple[int, str, str]] = {
        str(digest): (int(package), *map(str, [*system, "", ""][:2]))  # type: ignore[misc]
        for package, digest, *system in downloads
        if digest in new
    }
    numbers = Counter(package for package, _, _ in counted.values())
    systems = Counter(counted.values())
    extensions: Counter[int] = Counter()
    daily: Counter[Download] = Counter()
    # Ordered by key, so that two such tasks cannot deadlock.
    packages = Package.objects.filter(pk__in=numbers).order_by("pk")
    columns = ("pk", "version__extension_id", "version__number")
    found = {pk: (extension, version) for pk, extension, version in packages.values_list(*columns)}
    for package, (extension, _) in found.items():
        Package.objects.filter(pk=package).update(
            download_count=F("download_count") + numbers[package]
        )
        extensions[extension] += numbers[package]
    for extension, number in sorted(extensions.items()):
        Extension.objects.filter(pk=extension).update(download_count=F("download_count") + number)
    for (package, blender, platform), number in systems.items():
        if package in found:
            daily[Download(*found[package], blender, platform)] += number
    add_to_day(daily, day=date.fromisoformat(day) if day else today())
    return len(new)


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
        self._downloads: list[tuple[int, str, str, str]] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._clients = DailyClients()

    def add(self, package_id: int, *, client: str, user_agent: str = "") -> None:
        """Count a download unless this client has downloaded the package today.

        Writes nothing and does not wait for the database: addresses are in memory until the next flush.
        """
        if not self._clients.add(client, package_id):
            return
        system = countable_system(user_agent)
        with self._lock:
            if len(self._downloads) >= MAX_DOWNLOADS:
                return
            self._downloads.append((package_id, client, *system))
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
                hashed: list[Sequence[str | int]] = [
                    (package, digest_of(client, package, key), *system)
                    for package, client, *system in downloads
                ]
                with transaction.atomic():
                    for start in range(0, len(hashed), _BATCH):
                        add_downloads.enqueue(hashed[start : start + _BATCH], str(today()))
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
