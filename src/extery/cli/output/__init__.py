"""Print the outcome of a command in the requested format, and choose the exit status.

stdout receives the result, stderr all other messages. Commands return an `Outcome` and print only their progress.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from extery.cli.output.outcome import (
    JSON_VERSION,
    Outcome,
    PrefixedProblem,
    SilencedProblem,
    pluralize,
    prefix_problems,
)
from extery.cli.terminal import uses_color, width_of

__all__ = [
    "JSON_VERSION",
    "Outcome",
    "PrefixedProblem",
    "SilencedProblem",
    "emit",
    "is_json",
    "is_quiet",
    "pluralize",
    "prefix_problems",
    "print_note",
    "print_problems",
]


#: Key of --quiet among the values of a click context.
QUIET = "extery.quiet"


def is_quiet() -> bool:
    """Return whether the running command has --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(QUIET))


def is_json() -> bool:
    """Return whether the running command has --json."""
    context = click.get_current_context(silent=True)
    return getattr(context and context.obj, "output_format", "") == "json"


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
    if output_format == "gitlab":
        from extery.cli.output.gitlab import code_quality_report

        return code_quality_report(outcome)
    if output_format == "junit":
        from extery.cli.output.junit import junit_document

        return junit_document(outcome, command)
    assert outcome.html is not None
    return outcome.html()


def _print_text(outcome: Outcome) -> None:
    if outcome.problems and not outcome.problems_are_printed:
        print_problems(
            outcome.problems,
            to_stderr=not outcome.problems_are_result,
            has_sources=outcome.has_sources,
        )
    if outcome.lines:  # in one call, which is many times faster than one for each of thousands
        click.echo("\n".join(outcome.lines), color=uses_color(sys.stdout))
    for line in outcome.notes:
        print_note(line)


def print_problems(
    problems: Sequence[PrefixedProblem], *, to_stderr: bool = True, has_sources: bool = False
) -> None:
    """Print problems as text."""
    from extery.cli.output.text import render_problems

    stream = sys.stderr if to_stderr else sys.stdout
    lines = render_problems(problems, width=width_of(stream), has_sources=has_sources)
    click.echo("\n".join(lines), err=to_stderr, color=uses_color(stream))


def print_note(text: str) -> None:
    """Print a line to stderr."""
    click.echo(text, err=True, color=uses_color(sys.stderr))
