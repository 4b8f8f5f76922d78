"""``extery remove``: remove installed extensions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.plan import Plan
    from extery.client.targets import Target


@click.command("remove", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was removed.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@click.option("--purge", is_flag=True, help="Remove the data too that the extension has written.")
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    purge: bool,
    dry_run: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Remove installed extensions.

    ID is an id, or repository.id. The data of the user stays, unless --purge is given. 'extery undo' brings everything
    back, your own files in the folder of an extension included.
    """  # fmt: skip
    from extery.cli.client_run import run_plans
    from extery.client.records import find_installed
    from extery.client.remove import plan_removal

    def plan(target: Target) -> Plan:
        planned = plan_removal(target, names, [*find_installed(target)])
        planned.changes = [replace(change, with_user_data=purge) for change in planned.changes]
        return planned

    return run_plans(targets_of(blender, folder), plan, "remove", is_dry=dry_run, offline=True)
