"""Lock files: one run at a time in a folder, a wait with a timeout, and a description of the holder.

The operating system releases a lock when its process ends, also when it is killed. The lock file
is never removed: otherwise two processes could lock two files of the same name. A second file,
``<name>.holder``, describes the process that holds the lock. It is used in messages only.
"""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, NamedTuple

from extery.core.errors import Conflict, ExteryError, Unavailable, Where
from extery.core.file_lock import FileLock, LockTimeout
from extery.core.files import refuse_symlink
from extery.core.text import os_error_text

Area = Literal["generate", "mirror", "target"]

_MAX_HOLDER_BYTES = 4_000
_MAX_PID = 1 << 32
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


class Holder(NamedTuple):
    """The process that holds a lock, as described in its holder file.

    ``command`` is the name of a command without its arguments, which may contain secrets. ``started`` distinguishes
    the process from a later one with the same ``pid``; it is empty on systems without ``/proc``.
    """

    pid: int
    host: str
    command: str
    since: float
    started: str

    @classmethod
    def current(cls, command: str) -> Holder:
        """Return the description of this process."""
        pid = os.getpid()
        return cls(pid, _host_name(), command, time.time(), _start_of(pid))

    @classmethod
    def read(cls, lock: Path) -> Holder | None:
        """Return the holder of ``lock``, or ``None`` if it is unknown or its process has ended."""
        with suppress(OSError, ValueError, TypeError, OverflowError, RecursionError):
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
            with os.fdopen(os.open(_holder_file(lock), flags), "rb") as file:
                holder = cls(**json.loads(file.read(_MAX_HOLDER_BYTES)))
            str(holder)  # raises one of the above for values of other types
            is_plausible = (
                type(holder.pid) is int and 0 < holder.pid < _MAX_PID and holder.since > 0
            )
            if is_plausible and (not holder.is_here or _is_running(holder)):
                return holder
        return None

    @property
    def is_here(self) -> bool:
        """Return whether the process runs on this computer."""
        return self.host == _host_name()

    def __str__(self) -> str:
        """Return ``process 4711 (extery mirror) on build-1, since 2026-01-31 13:05:00``."""
        since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(self.since))
        text = f"process {self.pid:d} ({self.command}) on {self.host}, since {since}"
        return "".join(letter if letter.isprintable() else "?" for letter in text)


class Lock(NamedTuple):
    """A held lock.

    ``taken_at`` is the time by the clock of the file system, in nanoseconds. ``was_interrupted`` means that
    the last holder ended without releasing the lock, and may have left temporary files.
    """

    taken_at: int
    was_interrupted: bool


@contextmanager
def locked(
    path: Path,
    *,
    area: Area,
    command: str,
    timeout: float,
    on_wait: Callable[[str], None] = lambda _: None,
) -> Iterator[Lock]:
    """Hold the lock file ``path`` during the block; this excludes other processes and other threads.

    ``path.parent`` is a hidden folder in the folder to lock. If another process holds the lock, ``on_wait`` is
    called once with a description of it. Raises `Conflict` after ``timeout`` seconds, and `Unavailable` if the
    lock file cannot be used. ``area`` is the first part of the codes of both.
    """
    try:
        refuse_symlink(path.parent)
        path.parent.mkdir(exist_ok=True)
        lock = _acquire(path, area, timeout, on_wait)
    except OSError as error:
        raise _unusable_error(path, area, error) from error
    try:
        was_interrupted = os.path.lexists(_holder_file(path))
        _describe(path, command)
        try:
            os.utime(path)
            taken_at = path.stat().st_mtime_ns
        except OSError as error:
            raise _unusable_error(path, area, error) from error
        yield Lock(taken_at, was_interrupted)
    finally:
        with suppress(OSError):
            os.unlink(_holder_file(path))
        lock.release()


def _acquire(path: Path, area: Area, timeout: float, on_wait: Callable[[str], None]) -> FileLock:
    lock = FileLock(path)
    try:
        lock.acquire()
    except LockTimeout:
        if timeout <= 0:
            raise _locked_error(path, area, timeout) from None
        holder = _read_soon(path)
        on_wait(str(holder) if holder else "another process")
        try:
            lock.acquire(timeout=timeout)
        except LockTimeout:
            raise _locked_error(path, area, timeout) from None
    return lock


def _read_soon(path: Path) -> Holder | None:
    """Return the holder; wait shortly for a process that has the lock and not yet written its holder file."""
    for _ in range(5):
        if holder := Holder.read(path):
            return holder
        time.sleep(0.02)
    return None


def _locked_error(path: Path, area: Area, timeout: float) -> ExteryError:
    holder = _read_soon(path)
    values: dict[str, Any] = {"folder": str(path.parent.parent), "path": str(path)}
    if holder is None:
        variant = ""
    else:
        values |= {"holder": str(holder), "pid": holder.pid, "host": str(holder.host)}
        if not holder.is_here:
            variant = "other-computer"
        elif holder.pid == os.getpid():
            variant = "thread"
        else:
            variant = "process"
            kill = "taskkill /PID" if os.name == "nt" else "kill"
            values["kill"] = f"{kill} {holder.pid}"
    if timeout > 0:
        variant = f"{variant}-waited".removeprefix("-")
        values["seconds"] = timeout
    return Conflict.of(f"{area}.locked", variant=variant, where=Where(str(path)), **values)


def _unusable_error(path: Path, area: Area, error: OSError) -> ExteryError:
    code, where = f"{area}.lock-unusable", Where(str(path))
    if path.is_symlink():
        return Unavailable.of(code, variant="link", where=where, path=str(path))
    if path.is_dir():
        return Unavailable.of(code, variant="folder", where=where, path=str(path))
    if error.errno not in _NO_LOCKS:
        code = f"{area}.unwritable"
    reason = os_error_text(error)
    return Unavailable.of(code, where=where, path=str(path), reason=reason)


def _host_name() -> str:
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


def _holder_file(lock: Path) -> Path:
    return lock.with_name(f"{lock.name}.holder")


def _describe(lock: Path, command: str) -> None:
    """Write the holder file; the caller has the lock. Errors are ignored."""
    holder_file = _holder_file(lock)
    with suppress(OSError):
        with suppress(FileNotFoundError):
            os.unlink(holder_file)
        # Mode "x" creates a new file and follows no link.
        with holder_file.open("xb") as file:
            file.write(json.dumps(Holder.current(command)._asdict()).encode())


def _start_of(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot; empty if it is unknown or a zombie."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        state, *fields = stat[stat.rindex(b")") + 2 :].split()
        return "" if state in (b"Z", b"X") else fields[18].decode("ascii")
    return ""


def _is_running(holder: Holder) -> bool:
    if holder.started:
        return _start_of(holder.pid) == holder.started
    if os.name == "nt":  # where signal 0 would be a Ctrl+C
        return True
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
