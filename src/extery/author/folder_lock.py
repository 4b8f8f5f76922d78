"""One command at a time changes a source folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from extery.core.cache_folder import cache_folder
from extery.core.errors import Conflict
from extery.core.file_lock import FileLock, LockTimeout

#: How long a command waits for another one, which only writes files: what takes long is done before.
MAX_SECONDS = 30.0


@contextmanager
def folder_lock(folder: Path, *, timeout: float = MAX_SECONDS) -> Iterator[None]:
    """Exclude other processes that change ``folder`` in the block.

    The lock is a file in the user's cache, so that nothing is left in the folder. Without a cache there is no lock.
    Raises `Conflict` if another process keeps it for ``timeout`` seconds.
    """
    lock = _lock_of(folder)
    if lock is not None:
        try:
            lock.acquire(timeout=timeout)
        except LockTimeout as error:
            raise Conflict.of("build.folder-in-use", folder=str(folder)) from error
        except OSError:
            lock = None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _lock_of(folder: Path) -> FileLock | None:
    try:
        name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]
        locks = cache_folder() / "locks"
        locks.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return FileLock(locks / name)
