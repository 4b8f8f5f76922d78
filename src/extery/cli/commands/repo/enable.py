"""``extery repo enable``: use disabled repositories again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("enable", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was changed.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, names: tuple[str, ...], *, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Use disabled repositories again."""
    from extery.cli.commands.repo.switching import switch_repositories

    return switch_repositories(targets_of(blender, folder), names, enabled=True)
