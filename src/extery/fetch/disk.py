"""Free disk space, looked at before a download and shared by all that run at once."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.core.errors import Unavailable
from extery.core.files import human_size

#: What downloads leave free for everything else.
MIN_FREE = 50_000_000
_HINT = "free some space, or choose a folder on another disk"


class Reservation:
    """The bytes that a download is still going to write."""

    def __init__(self, device: int = 0, outstanding: int = 0) -> None:
        self.device = device
        self.outstanding = outstanding


class DiskSpace:
    """What the downloads of one fetcher are going to write, by disk."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reservations: set[Reservation] = set()

    @contextmanager
    def reserve(self, folder: Path, size: int) -> Iterator[Reservation]:
        """Room for ``size`` bytes in ``folder`` for as long as the block lasts."""
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
        # Some network disks say that they have no bytes at all: nothing is known of those.
        if not usage.total or usage.free >= mine.outstanding + others + MIN_FREE:
            return
        shared = f", of which other downloads need {human_size(others)}" if others else ""
        raise Unavailable.of(
            "fetch.no-space",
            f"{folder} has {human_size(usage.free)} free{shared};"
            f" {human_size(mine.outstanding)} and a reserve of {human_size(MIN_FREE)} are needed",
            hint=_HINT,
        )


def is_full(error: OSError) -> bool:
    """Whether a disk, or what its user may have of it, is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def full(folder: Path) -> Unavailable:
    """The error of a disk that became full meanwhile."""
    return Unavailable.of(
        "fetch.no-space", f"the disk of {folder} became full during the download", hint=_HINT
    )
