"""One run at a time in a folder: the second waits for the first, and says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.core.errors import Unavailable, Where


@contextmanager
def locked(path: Path, *, on_wait: Callable[[], None]) -> Iterator[int]:
    """Hold the lock at ``path`` for the block; ``on_wait`` is called once if another has it.

    The lock is the operating system's and ends with its process, however that ends. The file
    stays; its time says when a run last began, by the clock of the file system, and is what
    the block gets, in nanoseconds.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Unavailable.of(
            "generate.unwritable",
            f"{path} cannot be written: {error.strerror}",
            hint="check that you may write there, and that the disk has room",
            where=Where(str(path)),
        ) from error
    try:
        if not _lock(handle, wait=False):
            on_wait()
            _lock(handle, wait=True)
        os.utime(path)
        yield path.stat().st_mtime_ns
    finally:
        os.close(handle)  # which lets go of the lock


if os.name == "nt":
    import msvcrt
    import time

    def _lock(handle: int, *, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            except OSError:
                if not wait:
                    return False
                time.sleep(0.1)
            else:
                return True

else:
    import fcntl

    def _lock(handle: int, *, wait: bool) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
