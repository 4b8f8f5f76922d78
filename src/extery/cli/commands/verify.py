"""``extery verify``: compare installed extensions with their packages."""

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
    "verify", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was verified."
)
@click.argument("names", metavar="[ID]...", nargs=-1)
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Compare installed extensions with their packages.

    By default all extensions of remote repositories are compared, file by file. The exit status is 1 if a file of a package is changed or missing. Files that were added are listed and do no harm.
    'extery repair' mends what differs.
    """  # fmt: skip
    from extery.cli.verification import verify_outcome, verify_targets

    return verify_outcome(verify_targets(targets_of(blender, folder), names, offline=offline))
