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
_HINT = "free some space, or choose a folder on another disk"


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
        mine = Reservation(folder.stat().st_dev, max(0, size))
        with self._lock:
            self._check(folder, mine)
            self._reservations.add(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._reservations.discard(mine)

    def _check(self, folder: Path, mine: Reservation) -> None:
        usage = shutil.disk_usage(folder)
        others = sum(one.outstanding for one in self._reservations if one.device == mine.device)
        # Some network file systems report a total of 0 bytes: their free space is unknown.
        if not usage.total or usage.free >= mine.outstanding + others + MIN_FREE:
            return
        shared = f", of which other downloads need {format_size(others)}" if others else ""
        raise Unavailable.of(
            "fetch.no-space",
            f"{folder} has {format_size(usage.free)} free{shared};"
            f" {format_size(mine.outstanding)} and a reserve of {format_size(MIN_FREE)} are needed",
            hint=_HINT,
        )


def is_disk_full(error: OSError) -> bool:
    """Whether the error means a full disk or an exceeded quota."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full_error(folder: Path) -> Unavailable:
    """Return the error of a disk that became full during a download."""
    return Unavailable.of(
        "fetch.no-space", f"the disk of {folder} became full during the download", hint=_HINT
    )
