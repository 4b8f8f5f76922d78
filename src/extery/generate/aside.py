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


class Aside:
    """Something that is being made in a copy of this process, or when it is asked for.

    Where a copy does not pay, or there can be none, it is made here, and so it is if the copy came to harm.
    """

    def __init__(self, make: Callable[[], bytes], *, pays: bool) -> None:
        self._make = make
        self._helper = self._reader = 0
        if not pays or not can_copy() or processors() < 2:
            return
        reader, writer = os.pipe()
        try:
            helper = os.fork()
        except OSError:  # there are too many processes already
            os.close(reader)
            os.close(writer)
            return
        if not helper:
            _send(make, reader, writer)
        os.close(writer)
        self._helper, self._reader = helper, reader

    def result(self) -> bytes:
        """What was made."""
        if not self._helper:
            return self._make()
        with open(self._reader, "rb", closefd=False) as file:
            data = file.read()
        return data if self.end() else self._make()

    def end(self) -> bool:
        """Let go of the copy, whether or not it was asked for its result; says whether it ended well."""
        if not self._helper:
            return False
        helper, self._helper = self._helper, 0
        os.close(self._reader)  # one that is still writing ends with that
        try:
            return os.waitpid(helper, 0)[1] == 0
        except ChildProcessError:
            return False  # whoever started us wants to hear of no child, and so nobody does


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
