"""``extery history``: list the operations of the journal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.operations import Operation


@click.command("history", cls=OutcomeCommand, project_folder=None)
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), default=20, show_default=True,
    help="Number of operations.",
)  # fmt: skip
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, *, limit: int, blender: tuple[str, ...], folder: Path | None) -> Outcome:
    """List the last changes of installed extensions.

    They are listed newest first, with the numbers for 'extery undo'.
    """
    from extery.cli.changes import operation_data
    from extery.cli.each_target import for_each, grouped_lines, target_data
    from extery.cli.output import Outcome, pluralize
    from extery.client.operations import load_all

    results = for_each(targets_of(blender, folder), load_all)
    groups = [(target, [*_lines(journal, limit)]) for target, journal in results.done]
    total = sum(len(journal) for _, journal in results.done)
    return Outcome(
        ok=results.ok,
        summary=f"{pluralize(total, 'operation')}.",
        problems=results.prefixed,
        lines=grouped_lines(groups),
        data={
            "targets": [
                target_data(target, operations=[operation_data(item) for item in journal[:limit]])
                for target, journal in results.done
            ]
        },
    )


def _lines(journal: Sequence[Operation], limit: int) -> Iterator[str]:
    from extery.cli.changes import step_line
    from extery.cli.terminal import printable
    from extery.client.undo import undone_numbers

    undone = undone_numbers(journal)
    for operation in journal[:limit]:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(operation.started_at))
        note = f" (undone by {undone[operation.number]})" if operation.number in undone else ""
        note += f" of {operation.undoes}" if operation.undoes else ""
        note += "" if operation.done else " (interrupted)"
        yield printable(f"{operation.number:>4}  {when}  {operation.command}{note}")
        for step in operation.steps:
            failed = f" failed: {step.error}" if step.error else ""
            yield printable(f"      {step_line(step)}{failed}")
        for name, reason in operation.failed:
            yield printable(f"      {name} failed: {reason}")
