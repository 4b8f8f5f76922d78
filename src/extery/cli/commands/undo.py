"""``extery undo``: undo an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("undo", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was undone.")
@click.argument("number", metavar="[NUMBER]", required=False, type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    number: int | None,
    *,
    dry_run: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Undo a change of installed extensions.

    It is the last one that is in effect, or the one with the NUMBER of 'extery history'. All extensions of the operation are as they were before it, with your own files in
    their folders; if one was changed since, nothing is done. An undo is an operation itself and can be undone.
    """  # fmt: skip
    from extery.cli.change_outcomes import operations_outcome
    from extery.cli.each_target import for_each, grouped_lines, print_wait
    from extery.cli.output import Outcome, pluralize
    from extery.client.store import Store
    from extery.client.undo import find_operation, plan_undo, undo
    from extery.core.cache_folder import cache_folder

    targets = targets_of(blender, folder)
    if dry_run:
        planned = for_each(targets, lambda t: plan_undo(t, find_operation(t, number or 0)))
        lines = grouped_lines([(t, [_line(item) for item in items]) for t, items in planned.done])
        summary = "Dry run: nothing was done."
        return Outcome(planned.ok, summary, planned.prefixed, lines=lines)
    store = Store(cache_folder())
    results = for_each(
        targets, lambda target: undo(target, number or 0, store=store, on_wait=print_wait)[0]
    )
    return operations_outcome(
        results.done,
        results.problems,
        lambda done: (
            f"Undid {pluralize(len(done), 'operation')}." if done else "Nothing was undone."
        ),
        several=results.several,
    )


def _line(item: object) -> str:
    from extery.client.undo import UndoStep

    assert isinstance(item, UndoStep)
    if item.step.is_user_data:
        return f"restore the data of {item.name}"
    if item.after is None:
        return f"remove {item.name}"
    return f"bring back {item.name} {item.after.version}"
