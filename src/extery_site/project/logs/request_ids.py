"""The id of the current request: in the header ``X-Request-ID``, on error pages, in logs and tasks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
#: Ids of a proxy; others could contain what breaks a log line.
_ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
MAX_LENGTH = 64

_current: ContextVar[str] = ContextVar("extery_request_id", default="")


def current() -> str:
    """Return the id of the request, or of the task, that runs; empty outside of both."""
    return _current.get()


def new_id() -> str:
    """Return an id of 16 hexadecimal digits."""
    # Not secret. Unlike random bytes of the system, it does not let another thread go first.
    return f"{random.getrandbits(64):016x}"


def id_of_proxy(value: str) -> str:
    """Return the id that a trusted proxy sent, or a new one if it is not 8 to 64 harmless characters."""
    return value if _ACCEPTED.fullmatch(value) else new_id()


def begin(request_id: str) -> None:
    """Set the id for this thread, until `end`."""
    _current.set(request_id)


def end() -> None:
    """Remove the id for this thread."""
    _current.set("")


@contextmanager
def running(request_id: str) -> Iterator[None]:
    """Set the id during a block."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
