"""``extery config get``: print the value of a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "get", cls=OutcomeCommand, project_folder=None, on_failure="The setting was not read."
)
@click.argument("name")
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, name: str) -> Outcome:
    """Print the value of a setting. 'extery config list' shows their names."""
    from extery.cli.output import Outcome
    from extery.client.settings import config_folder, get_setting

    value = get_setting(config_folder(), name)
    return Outcome(
        True, f"Read {name}.", lines=[value], data={"name": name, "value": value}, is_quiet=True
    )
