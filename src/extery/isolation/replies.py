"""Read the reply and the status of a call. A process that has read a hostile file may have written anything."""

from __future__ import annotations

import json
import logging
from typing import Any

from extery.core import errors
from extery.core.codes import find
from extery.core.errors import ExteryError, Problem, bounded
from extery.core.text import clean_message
from extery.isolation.limits import IsolationError, ProcessEnded, Reply

logger = logging.getLogger(__name__)

#: What reading values of unexpected types raises.
MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RecursionError,
    OverflowError,
)


def read(status: bytes, reply: bytes | bytearray) -> Reply:
    """Return the reply of a function.

    Raises the error that the function raised, `ProcessEnded`, or `IsolationError` without a status.
    """
    usage = _read_status(status)
    try:
        return _read_reply(bytes(reply), usage)
    except MALFORMED as error:
        raise _unreadable(error, usage) from error


def read_end(status: bytes, end: bytes | None) -> None:
    """Raise what `read` raises if a streamed function has not yielded all; ``end`` is what it wrote at its end."""
    usage = _read_status(status)
    try:
        _read_head(end or b"", usage)
    except MALFORMED as error:
        raise _unreadable(error, usage) from error


def _read_status(status: bytes) -> dict[str, Any]:
    """Return what the process of a call took; raises `ProcessEnded` or `IsolationError` for one without a reply."""
    try:
        ended = json.loads(status)
    except ValueError:
        raise IsolationError("the template has ended during a call") from None
    if failure := ended.get("failure"):
        raise IsolationError(failure)
    usage = {"peak_memory": ended["peak_memory"], "seconds": ended["seconds"]}
    if ended["reason"] is not None:
        raise ProcessEnded(ended["reason"], detail=ended["detail"], **usage)
    return usage


def _unreadable(error: Exception, usage: dict[str, Any]) -> ProcessEnded:
    detail = f"the reply cannot be read: {type(error).__name__}"
    return ProcessEnded("crash", detail=detail, **usage)


def _read_reply(reply: bytes, usage: dict[str, Any]) -> Reply:
    line, _, data = reply.partition(b"\n")
    head = _read_head(line, usage)
    if len(data) != head["size"]:
        raise ValueError("incomplete data")
    return Reply(head["value"], data, **usage)


def _read_head(line: bytes, usage: dict[str, Any]) -> dict[str, Any]:
    """Return what a function says about its reply; raises its error, or `ProcessEnded` if it has crashed."""
    head: dict[str, Any] = json.loads(line)
    if log := head["log"]:
        logger.warning("an isolated function says: %s", clean_message(bounded(str(log), 4_000)))
    if "crash" in head:
        raise ProcessEnded("crash", detail=clean_message(bounded(str(head["crash"]))), **usage)
    if "error" in head:
        raise _error(head)
    return head


def _error(head: dict[str, Any]) -> ExteryError:
    kind = getattr(errors, head["error"])
    if not issubclass(kind, ExteryError):
        raise TypeError(head["error"])
    error: ExteryError = kind(*map(read_problem, head["problems"]))
    return error


def read_problem(data: dict[str, Any]) -> Problem:
    """Return the problem of `Problem.as_dict`; raises one of `MALFORMED` for any other value."""
    problem = Problem.from_dict(data)
    find(problem.code)
    if problem.severity not in {"error", "warning"}:
        raise ValueError(problem.severity)
    return problem._replace(message=bounded(problem.message), hint=bounded(problem.hint))
