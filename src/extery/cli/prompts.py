"""Questions in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from extery.core.errors import Problem


def ask_until_valid(
    question: str, problems_of: Callable[[str], Iterable[Problem]], *, default: str | None = None
) -> str:
    """Ask until ``problems_of`` finds nothing wrong with the answer, and return it without white space around it.

    Everything is printed on the standard error, so that the output can be piped.
    """
    from extery.cli.terminal import printable

    while True:
        answer: str = click.prompt(question, default=default, err=True).strip()
        wrong = list(problems_of(answer))
        if not wrong:
            return answer
        for problem in wrong:
            click.echo(
                f"  {printable(problem.message)}\n  hint: {printable(problem.hint)}", err=True
            )
