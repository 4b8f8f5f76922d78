"""Reserve disk space for concurrent downloads."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.core.errors import Unavailable
from extery.core.files import format_size

#: Bytes that downloads leave free.
MIN_FREE = 50_000_000


class Reservation:
    """The bytes that a download has yet to write."""

    def __init__(self, device: int = 0, outstanding: int = 0) -> None:
        self.device = device
        self.outstanding = outstanding


class DiskSpace:
    """Reservations of the downloads of one fetcher, by disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reservations: set[Reservation] = set()

    @contextmanager
    def reserve(self, folder: Path, size: int) -> Iterator[Reservation]:
        """Reserve ``size`` bytes in ``folder`` for the duration of the block; raises `Unavailable`."""
        reservation = Reservation(folder.stat().st_dev, max(0, size))
        with self._lock:
            self._check(folder, reservation)
            self._reservations.add(reservation)
        try:
            yield reservation
        finally:
            with self._lock:
                self._reservations.discard(reservation)

    def _check(self, folder: Path, new: Reservation) -> None:
        usage = shutil.disk_usage(folder)
        others = sum(r.outstanding for r in self._reservations if r.device == new.device)
        # Some network file systems report a total of 0 bytes: their free space is unknown.
        if not usage.total or usage.free >= new.outstanding + others + MIN_FREE:
            return
        raise Unavailable.of(
            "fetch.no-space",
            variant="shared" if others else "",
            folder=str(folder),
            free=format_size(usage.free),
            others=format_size(others),
            needed=format_size(new.outstanding),
            reserve=format_size(MIN_FREE),
        )


def is_disk_full(error: OSError) -> bool:
    """Whether the error means a full disk or an exceeded quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full_error(folder: Path) -> Unavailable:
    """Return the error of a disk that became full during a download."""
    return Unavailable.of("fetch.no-space", variant="full", folder=str(folder))
