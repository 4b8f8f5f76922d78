"""``extery unpin``: remove the pin of an extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("unpin", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was unpinned.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, names: tuple[str, ...], *, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Let pinned extensions be updated again."""
    from extery.cli.pins import change_pins

    return change_pins(targets_of(blender, folder), names, is_removal=True)
