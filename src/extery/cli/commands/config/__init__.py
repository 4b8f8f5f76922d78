"""``extery config``: the settings of the client."""

from __future__ import annotations

import click

from extery.cli.group import CommandGroup

ROWS = {
    "get": "Print the value of a setting.",
    "list": "List all settings with their values.",
    "set": "Change a setting.",
}


@click.group("config", cls=CommandGroup, rows=ROWS, package=__name__)
def command() -> None:
    """Show or change the settings of the client.

    They are in config.toml in the folder for settings of the user, which EXTERY_CONFIG replaces.
    """
