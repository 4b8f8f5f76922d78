"""Work done in other processes: when it may be in a copy of this one, and one result from such."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import NoReturn


def processors() -> int:
    """How many processes can be at work at once; more than eight wait for the disk."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), 8)
    return min(os.cpu_count() or 1, 8)


def can_copy() -> bool:
    """Whether a copy of this process is safe: it starts at once, but has no other threads."""
    return sys.platform == "linux" and threading.active_count() == 1


def aside(make: Callable[[], bytes], *, pays: bool) -> Callable[[], bytes]:
    """Begin to ``make`` something in a copy of this process; call the result to have it.

    Where it does not pay, or there can be no copy, it is made when it is asked for, and so it is
    if the copy came to harm.
    """
    if not pays or not can_copy() or processors() < 2:
        return make
    reader, writer = os.pipe()
    helper = os.fork()
    if not helper:
        _send(make, reader, writer)
    os.close(writer)

    def result() -> bytes:
        with open(reader, "rb") as file:  # noqa: PTH123 (it has no path)
            data = file.read()
        _, status = os.waitpid(helper, 0)
        return make() if status else data

    return result


def _send(make: Callable[[], bytes], reader: int, writer: int) -> NoReturn:
    """What the copy does; it ends here, whatever happens, without what this process does at its end."""
    status = 1
    try:
        os.close(reader)
        with open(writer, "wb") as file:
            file.write(make())
        status = 0
    finally:
        os._exit(status)
