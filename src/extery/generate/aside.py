"""Work done in other processes: when it may be in a copy of this one, and one result from such."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


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
    import multiprocessing

    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    helper = context.Process(target=_send, args=(make, sender), daemon=True)
    helper.start()
    sender.close()

    def result() -> bytes:
        try:
            data: bytes = receiver.recv_bytes()
        except (EOFError, OSError):
            data = make()
        receiver.close()
        helper.join()
        helper.close()
        return data

    return result


def _send(make: Callable[[], bytes], sender: Connection) -> None:
    with sender:
        sender.send_bytes(make())
