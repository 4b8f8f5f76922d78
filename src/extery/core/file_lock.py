"""An exclusive lock of a file that the operating system releases when its process ends.

On POSIX systems it is one call of flock(2), as in the library filelock, which takes longer to import than twenty packages
to install; elsewhere it is that library. Both lock the same way, and the file is never removed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_POLL_SECONDS = 0.1
_IN_USE = (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK)
_FILE_MODE = 0o644
#: Descriptors of the locks that this process holds.
_held: set[int] = set()


_is_kept = False


@contextmanager
def kept_by_children() -> Iterator[None]:
    """Let processes that are forked in the block hold the locks of this one, until both have ended or released them."""
    global _is_kept
    _is_kept = True
    try:
        yield
    finally:
        _is_kept = False


class LockTimeout(Exception):
    """Another process or thread has kept the lock for the whole time."""


class FileLock:
    """The lock of the file ``path``, in an existing folder; it excludes other processes and other threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._release: Any = None

    def acquire(self, *, timeout: float = 0.0) -> None:
        """Take the lock; wait ``timeout`` seconds for another holder.

        Raises `LockTimeout`, and `OSError` if the file cannot be locked. A link is not followed.
        """
        if sys.platform == "win32":
            self._release = _acquire_elsewhere(self._path, timeout)
            return
        deadline = time.monotonic() + timeout
        while (descriptor := _try_to_lock(self._path)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LockTimeout(_message(self._path, timeout))
            time.sleep(min(_POLL_SECONDS, left))
        self._release = lambda: _unlock(descriptor)

    def release(self) -> None:
        """Release the lock if it is held."""
        release, self._release = self._release, None
        if release is not None:
            release()


def _message(path: Path, timeout: float) -> str:
    return f"another process has kept {path.name} locked for {timeout:g} seconds"


def _acquire_elsewhere(path: Path, timeout: float) -> Any:
    """Take the lock by the library, and return the function that releases it."""
    import filelock

    # preserve_lock_file also rules out a lock file without a lock of the system, which a killed process would leave.
    lock = filelock.FileLock(path, preserve_lock_file=True)
    try:
        lock.acquire(timeout=timeout, poll_interval=_POLL_SECONDS)
    except filelock.Timeout as error:
        raise LockTimeout(_message(path, timeout)) from error
    return lock.release


if sys.platform != "win32":
    import fcntl

    def _try_to_lock(path: Path) -> int | None:
        """Return the descriptor of the locked file; ``None`` if another process or thread has the lock."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags, _FILE_MODE)
        _held.add(descriptor)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "it is not an ordinary file")
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another program may have removed or replaced the file meanwhile: then it has another lock.
            if os.path.samestat(os.fstat(descriptor), path.lstat()):
                return descriptor
        except BaseException as error:
            _close(descriptor)
            if isinstance(error, FileNotFoundError) or (
                isinstance(error, OSError) and error.errno in _IN_USE
            ):
                return None
            raise
        _close(descriptor)
        return None

    def _unlock(descriptor: int) -> None:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # also for a child that has inherited it
        _close(descriptor)

    def _close(descriptor: int) -> None:
        _held.discard(descriptor)
        os.close(descriptor)

    def _close_in_child() -> None:
        """Close the locks of the parent: a child that outlives it would hold them."""
        for descriptor in () if _is_kept else [*_held]:
            with suppress(OSError):
                _close(descriptor)

    os.register_at_fork(after_in_child=_close_in_child)
