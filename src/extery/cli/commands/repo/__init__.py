"""``extery repo``: the repositories of Blender's folders of extensions."""

from __future__ import annotations

import click

from extery.cli.group import CommandGroup

ROWS = {
    "add": "Add a repository by its URL, or a folder of extensions.",
    "disable": "Neither sync repositories nor install from them.",
    "enable": "Use disabled repositories again.",
    "export": "Write repositories into Blender's preferences.",
    "import": "Add the repositories that Blender's preferences know.",
    "list": "List the repositories.",
    "remove": "Remove repositories; what is installed from them stays.",
    "rename": "Give a repository another name.",
    "token": "Store or delete the access token of a repository.",
}


@click.group("repo", cls=CommandGroup, rows=ROWS, package=__name__)
def command() -> None:
    """Add, list and change the repositories that extensions are installed from.

    A remote repository has a listing, at a URL or in a folder. A local one is a folder of extensions that belongs to the
    user: extery neither updates nor removes anything in it.
    """
