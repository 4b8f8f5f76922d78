"""``extery enable``: enable installed extensions in Blender's preferences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import program_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("enable", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was changed.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@program_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    program: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Enable installed extensions in Blender's preferences.

    ID is an id, or repository.id. Blender does it itself, without a window: an add-on is run, a theme is applied, an
    asset library is added. Its error is shown if that fails. A repository that Blender does not know is added to its
    preferences. Close other Blenders first: one that is open would write its own preferences over them.
    """
    from extery.cli.enabling import switch_in_targets

    return switch_in_targets(targets_of(blender, folder), names, enabled=True, program=program)
