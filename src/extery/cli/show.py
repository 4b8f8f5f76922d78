"""Problems as lines of text. Colour helps the eye and never carries meaning alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

import click

from extery.core.errors import Problem

_COLOURS = {"error": "red", "warning": "yellow"}


def printable(text: str) -> str:
    """The text in one line that does nothing to a terminal: names in a zip can be anything."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def problem_lines(problem: Problem, *, prefix: str = "") -> list[str]:
    """The lines of one problem: place, severity, sentence and code, then the hint."""
    place = str(problem.where)
    place = printable(f"{prefix}{place}: ") if place or prefix else ""
    severity = click.style(problem.severity, fg=_COLOURS[problem.severity], bold=True)
    code = click.style(f"[{problem.code}]", dim=True)
    lines = [f"{place}{severity}: {printable(problem.message)} {code}"]
    if problem.hint:
        lines.append(f"  {click.style('hint', fg='cyan')}: {printable(problem.hint)}")
    return lines


def show_problems(
    problems: Iterable[Problem], *, stream: TextIO | None = None, prefix: str = ""
) -> None:
    """Write problems to ``stream``, by default stdout; ``prefix`` is the folder they are in."""
    for problem in in_order(problems):
        for line in problem_lines(problem, prefix=prefix):
            click.echo(line, file=stream)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """As somebody reads who repairs them: file by file, each from its first line to its last."""
    found = list(problems)
    names = dict.fromkeys(problem.where.file for problem in found)
    place = {name: number for number, name in enumerate(names)}
    return sorted(
        found, key=lambda p: (place[p.where.file], p.where.line or 0, p.where.column or 0)
    )


def counted(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
