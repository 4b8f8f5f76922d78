"""The result of a command, as values to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from extery.core.errors import Problem

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from extery.rules.report import CheckReport

#: Version of the JSON document; it changes when a member is removed or gets another meaning.
JSON_VERSION = 1


class PrefixedProblem(NamedTuple):
    """A problem to print, and the prefix that makes its file relative to the current folder.

    `extery.core.errors.Where` is the location itself, relative to the checked folder or package. ``fix`` is ``safe`` or
    ``unsafe`` if there is such a fix, empty if there is none, and ``None`` where no fixes are looked for.
    """

    problem: Problem
    prefix: str = ""
    fix: Literal["safe", "unsafe", ""] | None = None

    @property
    def file(self) -> str:
        file = self.problem.where.file
        return f"{self.prefix}{file}" if file else self.prefix.rstrip("/")

    @property
    def place(self) -> str:
        """``file:line:column``, or ``file:field`` without a line, for people."""
        where = self.problem.where
        return str(where._replace(file=self.file))


class SilencedProblem(NamedTuple):
    """A warning silenced by the project file, with its reason."""

    prefixed: PrefixedProblem
    reason: str


class CheckedPath(NamedTuple):
    """The report of `validate` about one path: the problems to print, and the silenced warnings."""

    report: CheckReport
    problems: Sequence[PrefixedProblem]
    silenced: Sequence[SilencedProblem]


class Outcome(NamedTuple):
    """The result of a command.

    ``lines`` is the result as text, ``data`` the same for JSON; ``notes`` are remarks for stderr, and ``summary`` is
    a sentence about the whole run. ``problems_are_result`` sends problems to stdout, ``problems_are_printed`` marks
    them as printed already, where the format is text. ``has_sources`` shows source lines of problems. ``html``
    returns the HTML page, ``suites`` more suites of JUnit. ``protocol`` replaces all other output.
    """

    ok: bool
    summary: str
    problems: Sequence[PrefixedProblem] = ()
    silenced: Sequence[SilencedProblem] = ()
    lines: Sequence[str] = ()
    notes: Sequence[str] = ()
    data: Mapping[str, Any] = {}
    problems_are_result: bool = False
    problems_are_printed: bool = False
    has_sources: bool = False
    is_quiet: bool = False
    is_strict: bool = False
    html: Callable[[], str] | None = None
    suites: Callable[[], Iterable[Element]] | None = None
    protocol: str | None = None


def prefix_problems(problems: Iterable[Problem], prefix: str = "") -> list[PrefixedProblem]:
    """Return the problems with ``prefix`` for those whose files are relative."""
    return [
        PrefixedProblem(problem, "" if PurePath(problem.where.file).is_absolute() else prefix)
        for problem in problems
    ]


def pluralize(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``, ``2 entries``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith(("try", "ory")) else f"{number} {noun}s"
