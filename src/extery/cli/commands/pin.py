"""``extery pin``: limit an installed extension to some versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("pin", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was pinned.")
@click.argument("requirements", metavar="ID[VERSIONS]...", nargs=-1, required=True)
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, requirements: tuple[str, ...], *, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Limit installed extensions to some versions.

    The versions are written as for 'extery install', such as 'gear_tool<2'; without any it is the installed one.
    'extery update' and 'extery install' stay within the pin. 'extery unpin' removes it.
    """
    from extery.cli.pins import change_pins

    return change_pins(targets_of(blender, folder), requirements, is_removal=False)
