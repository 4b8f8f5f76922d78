"""Print what a command returns, in the requested format, and choose the exit status.

stdout holds the result, stderr everything said about it. Commands return an `Outcome` and print nothing but progress.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import click

from extery.cli.terminal import uses_color, width_of
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


def emit(outcome: Outcome, *, command: str, output_format: str) -> int:
    """Print ``outcome`` and return the exit status."""
    if outcome.protocol is not None:
        click.echo(outcome.protocol, nl=False)
    else:
        if output_format == "text":
            _print_text(outcome)
        else:
            click.echo(_document(outcome, command, output_format))
        if not outcome.is_quiet:
            from extery.cli.output.summary import summary_line

            print_note(summary_line(outcome))
    return 0 if outcome.ok else 1


def _document(outcome: Outcome, command: str, output_format: str) -> str:
    if output_format == "json":
        from extery.cli.output.json_document import json_document

        return json_document(outcome, command)
    if output_format == "github":
        from extery.cli.output.github import workflow_commands

        return workflow_commands(outcome)
    if output_format == "sarif":
        from extery.cli.output.sarif import sarif_document

        return sarif_document(outcome)
    assert outcome.html is not None
    return outcome.html()


def _print_text(outcome: Outcome) -> None:
    if outcome.problems:
        print_problems(
            outcome.problems,
            to_stderr=not outcome.problems_are_result,
            has_sources=outcome.has_sources,
        )
    for line in outcome.lines:
        click.echo(line, color=uses_color(sys.stdout))
    for line in outcome.notes:
        print_note(line)


def print_problems(
    problems: Sequence[Located], *, to_stderr: bool = True, has_sources: bool = False
) -> None:
    """Print problems as text."""
    from extery.cli.output.text import render_problems

    stream = sys.stderr if to_stderr else sys.stdout
    lines = render_problems(problems, width=width_of(stream), has_sources=has_sources)
    click.echo("\n".join(lines), err=to_stderr, color=uses_color(stream))


def print_note(text: str) -> None:
    """Print a line to stderr."""
    click.echo(text, err=True, color=uses_color(sys.stderr))
