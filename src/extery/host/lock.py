"""A lock that only one process holds, and that ends with the process however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import Conflict, Where


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``, or raise `Conflict` if somebody else does.

    The system keeps the lock, not the file: the file stays, and one left by a killed process
    is free.
    """
    with path.open("a+b") as file:
        if not _take(file):
            file.seek(0)
            holder = file.read(100).decode("ascii", "replace").strip()
            raise Conflict.of(
                "mirror.locked",
                f"{path.parent.parent} is being mirrored already{f' (process {holder})' if holder else ''}",
                hint="wait until that has ended",
                where=Where(str(path)),
            )
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            _release(file)


if sys.platform == "win32":
    import msvcrt

    # Locked bytes cannot be read by others, so one far behind the text is taken.
    _FAR = 1 << 20

    def _take(file: BinaryIO) -> bool:
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
