"""``extery wheels remove``: remove libraries from the manifest and the folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.wheel_lists import source_option

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command("remove", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was removed.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@source_option
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, names: tuple[str, ...], *, source: Path, dry_run: bool) -> Outcome:
    """Remove libraries from the manifest and the folder.

    All wheels of the libraries are removed. Libraries that only these needed are named, and stay: your code may import
    them.
    """
    from extery.author.wheels.bundle import read_bundle
    from extery.author.wheels.execute import execute
    from extery.author.wheels.plan import no_longer_needed, plan_removal
    from extery.cli.output import Outcome, pluralize
    from extery.cli.terminal import printable

    bundle = read_bundle(source)
    plan = plan_removal(bundle, names)
    unneeded = no_longer_needed(plan)
    if not dry_run:
        execute(plan)
    removed = pluralize(len(plan.removed), "wheel")
    notes = [
        f"{name} was needed only by what was removed; if your code does not import it: extery wheels remove {name}"
        for name in unneeded
    ]
    return Outcome(
        ok=True,
        summary=f"Would remove {removed}; nothing was changed."
        if dry_run
        else f"Removed {removed}.",
        lines=[printable(f"-  {wheel.item}") for wheel in plan.removed],
        notes=[printable(note) for note in notes],
        data={"removed": [wheel.item for wheel in plan.removed], "no_longer_needed": unneeded},
    )
