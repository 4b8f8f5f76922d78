"""Child processes for a part of the work. If one fails or is killed, the parent does its work: no result is lost.

A child never outlives its parent by more than a second, however the parent ends, and holds none of its
locks: `extery.core.locks` are closed in forked children. Each child has a pipe of its own for its results,
so that its end closes that pipe and affects no other child.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, ForkProcess, SpawnContext, SpawnProcess

#: More processes would wait for the disk.
MAX_PROCESSES = 8
_PARENT_CHECK_SECONDS = 0.25


def cpu_count() -> int:
    """Return the number of processes that can run at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_PROCESSES)
    return min(os.cpu_count() or 1, MAX_PROCESSES)


def can_fork() -> bool:
    """Return whether forking is safe: a forked child starts quickly, but has only the thread that forked."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  # also threads of libraries
    except OSError:
        return True


class ChildProcess:
    """A running child process that executes ``target(connection, *arguments)``.

    That ``connection`` is the other end of the attribute `connection`, which raises `EOFError` or `OSError`
    when the child has ended. `stop` ends it in any case.
    """

    def __init__(
        self,
        process: ForkProcess | SpawnProcess,
        connection: Connection[Any, Any],
    ) -> None:
        self._process = process
        self.connection = connection

    @classmethod
    def start(cls, target: Callable[..., None], *arguments: Any, fork: bool) -> ChildProcess | None:
        """Start a child; return ``None`` if the system allows no more processes or open files.

        Without ``fork``, the function and its arguments have to be picklable.
        """
        context = _context(fork=fork)
        try:
            ours, theirs = context.Pipe()
        except OSError:
            return None
        inherited = ours if fork else None
        process = context.Process(
            target=_main, args=(os.getpid(), inherited, theirs, target, arguments), daemon=True
        )
        try:
            process.start()
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
        return cls(process, ours)

    def stop(self) -> None:
        """Kill the child."""
        self.connection.close()
        with suppress(OSError):
            self._process.kill()
        self._process.join()
        with suppress(ValueError):  # if SIGCHLD is ignored, it seems to be running still
            self._process.close()


def _context(*, fork: bool) -> ForkContext | SpawnContext:
    import multiprocessing

    return multiprocessing.get_context("fork") if fork else multiprocessing.get_context("spawn")


class BackgroundResult:
    """Result computed in a child process, or lazily in this one where forking is unsafe or fails."""

    def __init__(self, make: Callable[[], bytes], *, pays: bool) -> None:
        self._make = make
        self._child: ChildProcess | None = None
        if pays and cpu_count() > 1 and can_fork():
            self._child = ChildProcess.start(_send_result, make, fork=True)

    def result(self) -> bytes:
        """Return the result; compute it here if there is no child, or it has failed."""
        child, data = self._child, None
        if child is not None:
            with suppress(EOFError, OSError):
                data = child.connection.recv_bytes()
            self.stop()
        return self._make() if data is None else data

    def stop(self) -> None:
        """End the child process, if it runs."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()


def _send_result(connection: Connection[Any, Any], make: Callable[[], bytes]) -> None:
    connection.send_bytes(make())


def _main(
    parent: int,
    inherited: Connection[Any, Any] | None,
    connection: Connection[Any, Any],
    target: Callable[..., None],
    arguments: tuple[Any, ...],
) -> NoReturn:
    """Run the target in the child process; an exception ends it silently: the parent does the work again."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and ends this
        threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
        if inherited is not None:
            inherited.close()
        target(connection, *arguments)
        status = 0
    finally:
        os._exit(status)


def _exit_with_parent(parent: int) -> None:
    """End this process when its parent has ended.

    The end of a pipe is no sign of that: other children inherit the parent's end of it.
    """
    import multiprocessing

    process = multiprocessing.parent_process()
    while os.getppid() == parent and (process is None or process.is_alive()):
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(1)
