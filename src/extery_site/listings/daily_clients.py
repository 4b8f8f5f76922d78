"""Which clients have downloaded a package today, without storing who they are.

Each web process filters with hashes of its own, in memory. What passes is compared in the database, where all
processes meet: hashes with a random key of the day. Key and hashes are deleted when the day (UTC) is over, so
nothing can be traced back to an address afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from threading import Lock

from django.db import transaction

from extery_site.listings.models import DownloadClient, DownloadDay
from extery_site.project.database import lock_transaction

#: Maximum number of hashes in memory, about 20 MB; then the day starts anew.
MAX_HASHES = 200_000
#: Maximum number of hashes in the database, about 100 MB; then the day starts anew.
MAX_STORED_HASHES = 1_000_000


def today() -> date:
    """Return the current day in UTC."""
    return datetime.now(UTC).date()


def digest_of(client: str, package_id: int, key: bytes) -> str:
    """Return the hash of a package and a client, an address as `client_address` of quotas returns it."""
    message = f"{package_id} {client}".encode()
    return hashlib.blake2b(message, key=key, digest_size=12).hexdigest()


class DailyClients:
    """Pairs of client and package of one day that this process has seen, as hashes; thread-safe."""

    def __init__(self, *, max_hashes: int = MAX_HASHES, today: Callable[[], date] = today) -> None:
        self._max_hashes = max_hashes
        self._today = today
        self._lock = Lock()
        self._start(today())

    def _start(self, day: date) -> None:
        self._day = day
        self._key = secrets.token_bytes(32)
        self._hashes: set[str] = set()

    def add(self, client: str, package_id: int) -> bool:
        """Add a pair; return whether it is the first one of the day in this process."""
        with self._lock:
            day = self._today()
            if day != self._day or len(self._hashes) >= self._max_hashes:
                self._start(day)
            digest = digest_of(client, package_id, self._key)
            if digest in self._hashes:
                return False
            self._hashes.add(digest)
            return True


def key_of_today() -> bytes:
    """Return the key that all processes use today."""
    defaults = {"key": secrets.token_hex(32)}
    day, _ = DownloadDay.objects.get_or_create(day=today(), defaults=defaults)
    return bytes.fromhex(day.key)


@transaction.atomic
def store_new(digests: Iterable[str]) -> set[str]:
    """Store the hashes of today; return those that no process has stored before."""
    lock_transaction("download-clients")
    delete_past_days()
    wanted = set(digests)
    known = set(DownloadClient.objects.filter(digest__in=wanted).values_list("digest", flat=True))
    new = wanted - known
    if new and DownloadClient.objects.count() + len(new) > MAX_STORED_HASHES:
        DownloadClient.objects.all().delete()
    day = today()
    DownloadClient.objects.bulk_create(
        [DownloadClient(digest=digest, day=day) for digest in sorted(new)], batch_size=500
    )
    return new


def delete_past_days() -> int:
    """Delete the keys and hashes of past days; return the number of rows."""
    days, _ = DownloadDay.objects.filter(day__lt=today()).delete()
    clients, _ = DownloadClient.objects.filter(day__lt=today()).delete()
    return days + clients
