"""``extery rollback``: bring an extension back to an earlier version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command(
    "rollback", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was changed."
)
@click.argument("name", metavar="ID[==VERSION]")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, name: str, *, blender: tuple[str, ...], folder: Path | None) -> Outcome:
    """Bring an extension back to an earlier version.

    It is the version before the present one, or VERSION. Only versions that were installed before are known; they need no network. 'extery install' installs others.
    """
    from extery.cli.change_outcomes import operations_outcome
    from extery.cli.changes import count_changes
    from extery.cli.each_target import for_each, print_wait
    from extery.cli.output import pluralize
    from extery.client.store import Store
    from extery.client.undo import roll_back
    from extery.core.cache_folder import cache_folder

    identifier, _, version = name.partition("==")
    store = Store(cache_folder())
    results = for_each(
        targets_of(blender, folder),
        lambda target: roll_back(target, identifier, version, store=store, on_wait=print_wait)[0],
    )
    return operations_outcome(
        results.done,
        results.problems,
        lambda done: (
            f"Rolled back {pluralize(count_changes(done), 'extension')}."
            if done
            else "Nothing was changed."
        ),
        several=results.several,
    )
