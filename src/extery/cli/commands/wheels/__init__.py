"""``extery wheels``: the Python libraries that an add-on bundles."""

from __future__ import annotations

import click

from extery.cli.group import CommandGroup

ROWS = {
    "add": "Download the wheels of libraries with all that they need, and list them in the manifest.",
    "check": "Check the bundled wheels, and compare them with the package index.",
    "list": "List the bundled libraries with their Pythons and platforms.",
    "remove": "Remove libraries from the manifest and the folder.",
    "verify": "Show of each wheel of a package whether it is that of the index, its licence and vulnerabilities.",
}


@click.group("wheels", cls=CommandGroup, rows=ROWS, package=__name__)
def command() -> None:
    """Bundle Python libraries as wheels: add, check, list, remove and verify them.

    Blender 4.2 to 5.0 have Python 3.11, newer ones 3.13. A library of compiled code needs a wheel for each Python and each
    platform.
    """
