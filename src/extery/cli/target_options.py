"""The options that choose a target, which all commands of the client share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.options import Decorated, LocalPath

if TYPE_CHECKING:
    from extery.client.targets import Target


def target_options(function: Decorated) -> Decorated:
    """Add --blender and --dir, as the arguments ``blender`` and ``folder`` of `targets_of`."""
    folder = click.option(
        "--dir",
        "folder",
        metavar="DIR",
        type=LocalPath(file_okay=False),
        help="The folder of extensions, instead of that of an installed Blender.",
    )
    blender = click.option(
        "--blender",
        metavar="VERSION[,VERSION]",
        multiple=True,
        help="Blender's version, for example 4.2; several with commas. The only Blender found needs no option.",
    )
    return blender(folder(function))


#: For commands that run Blender.
program_option = click.option(
    "--with",
    "program",
    metavar="FILE",
    type=LocalPath(),
    help="The Blender to run, or a Python with the module bpy; by default EXTERY_BLENDER, or one that is found.",
)
#: For commands that may use the network.
offline_option = click.option(
    "--offline",
    is_flag=True,
    envvar="EXTERY_OFFLINE",
    show_envvar=True,
    help="Use only what is on this computer.",
)


def one_target(targets: Sequence[Target]) -> Target:
    """Return the only target of a command that cannot have several; raises `InvalidInput`."""
    from extery.core.errors import InvalidInput

    if len(targets) != 1:
        names = ", ".join(map(str, targets))
        raise InvalidInput.of("target.several", targets=names)
    return targets[0]


def targets_of(blender: Sequence[str], folder: Path | None) -> list[Target]:
    """Return the targets that the options choose; raises an `ExteryError` if that is not clear."""
    from extery.client.targets import select_targets

    return select_targets(blender, folder)


def options_for(target: Target, blender: Sequence[str], folder: Path | None) -> str:
    """Return the options that choose ``target`` in another command, with a space before them.

    There are none if the options of this command were not needed either.
    """
    import shlex

    from extery.core.versions import format_series

    options = f" --blender {format_series(target.series)}" if blender else ""
    return f" --dir {shlex.quote(str(folder))}{options}" if folder else options
