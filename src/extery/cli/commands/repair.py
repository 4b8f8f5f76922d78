"""``extery repair``: mend installed extensions that differ from their packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command(
    "repair", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was repaired."
)
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    dry_run: bool,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Mend installed extensions that differ from their packages.

    The packages of extensions with changed or missing files are installed again. Changed files are kept like those of every replaced extension; the output names where, and 'extery undo' brings them
    back.
    """  # fmt: skip
    from extery.cli.change_outcomes import Words
    from extery.cli.client_run import run_plans
    from extery.cli.verification import verified_in
    from extery.client.plan import Plan
    from extery.client.targets import Target
    from extery.client.verify import plan_repair

    def plan(target: Target) -> Plan:
        return plan_repair(target, verified_in(target, names, offline=offline))

    targets, words = targets_of(blender, folder), Words("intact", are_named=bool(names))
    return run_plans(targets, plan, "repair", is_dry=dry_run, offline=offline, words=words)
