"""What a build leaves out of a package, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

Reason = Literal[
    "pattern", "default", "environment", "link", "output", "special", "not-listed", "platform"
]

#: Files and folders that JSON lists.
MAX_LEFT_OUT = 1_000

_WORDS: dict[Reason, str] = {
    "pattern": "paths_exclude_pattern",
    "default": "default",
    "environment": "a virtual environment",
    "link": "a symbolic link",
    "output": "a package of this build",
    "special": "not a regular file",
    "not-listed": "not in paths",
    "platform": "a wheel for other platforms",
}


class LeftOut(NamedTuple):
    """A file or folder that is not packed; the path of a folder ends with ``/``, and stands for all that is in it.

    ``pattern`` is the one that excludes it, of the author or one of the defaults.
    """

    path: str
    reason: Reason
    pattern: str = ""

    def __str__(self) -> str:
        return f"{_WORDS[self.reason]} {self.pattern!r}" if self.pattern else _WORDS[self.reason]


def as_json(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """Return what was left out as JSON."""
    return [
        {"path": item.path, "reason": item.reason, "pattern": item.pattern} for item in left_out
    ]
