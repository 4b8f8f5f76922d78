"""``extery config set``: change a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "set", cls=OutcomeCommand, project_folder=None, on_failure="The setting was not changed."
)
@click.argument("name")
@click.argument("value")
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, name: str, value: str) -> Outcome:
    """Change a setting. 'extery config list' shows their names and values."""
    from extery.cli.output import Outcome
    from extery.client.settings import config_folder, set_setting

    set_setting(config_folder(), name, value)
    return Outcome(True, f"Set {name} to {value}.", data={"name": name, "value": value})
