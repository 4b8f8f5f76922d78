"""``extery config list``: list all settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "list", cls=OutcomeCommand, project_folder=None, on_failure="The settings were not read."
)
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run) -> Outcome:
    """List all settings with their values, and the values that each can have."""
    from extery.cli.output import Outcome
    from extery.cli.terminal import printable
    from extery.client.settings import FILENAME, SETTINGS, config_folder, get_setting

    folder = config_folder()
    values = {name: get_setting(folder, name) for name in SETTINGS}
    width = max(map(len, SETTINGS))
    lines = [
        f"{name:<{width}}  {values[name]:<4}  {setting.meaning} ({', '.join(setting.words)})"
        for name, setting in SETTINGS.items()
    ]
    return Outcome(
        True,
        printable(f"The settings are in {folder / FILENAME}."),
        lines=lines,
        data={
            "file": str(folder / FILENAME),
            "settings": [
                {"name": name, "value": values[name], "values": setting.words}
                for name, setting in SETTINGS.items()
            ],
        },
    )
