"""What a command returns: values only, nothing is printed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

from extery.core.errors import Problem

#: Version of the JSON document; it changes when a member is removed or gets another meaning.
JSON_VERSION = 1


class Located(NamedTuple):
    """A problem, with what leads from the current folder to its file."""

    problem: Problem
    prefix: str = ""

    @property
    def file(self) -> str:
        file = self.problem.where.file
        return f"{self.prefix}{file}" if file else self.prefix.rstrip("/")

    @property
    def place(self) -> str:
        """``file:line:column``, or ``file:field`` where no line is known."""
        where = self.problem.where
        return str(where._replace(file=self.file))


class Silenced(NamedTuple):
    """A warning that the project file silences, and its reason."""

    located: Located
    reason: str


class Outcome(NamedTuple):
    """What a command did or found.

    ``lines`` is the result as text, ``data`` the same for JSON; ``notes`` are remarks for stderr, and ``summary`` is
    a sentence about the whole. ``problems_are_result`` sends problems to stdout. ``has_sources`` allows to read the
    files in which problems are, to show their lines. ``protocol`` replaces all other output.
    """

    ok: bool
    summary: str
    problems: Sequence[Located] = ()
    silenced: Sequence[Silenced] = ()
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    data: Mapping[str, Any] = {}
    problems_are_result: bool = False
    has_sources: bool = False
    is_quiet: bool = False
    is_strict: bool = False
    html: Callable[[], str] | None = None
    protocol: str | None = None


def located(problems: Iterable[Problem], prefix: str = "") -> list[Located]:
    """Return the problems with ``prefix`` before those files that are not absolute paths."""
    return [
        Located(problem, "" if PurePath(problem.where.file).is_absolute() else prefix)
        for problem in problems
    ]


def pluralize(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``, ``2 entries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("try") else f"{number} {noun}s"
