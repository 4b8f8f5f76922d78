"""The options that choose a target, which all commands of the client share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.options import Decorated, LocalPath

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.client.targets import Target


#: A command of extery in a sentence, in quotation marks or up to the next punctuation that is not within a word.
_NAME = r"extery ((?:repo )?[a-z-]+)"
_COMMAND = rf"(?<='){_NAME}[^']*(?=')|\b{_NAME}(?:[^',;:()]|[,;:](?=\S))*(?<![ .])"


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
    from extery.cli.each_target import names_of
    from extery.core.errors import InvalidInput

    if len(targets) != 1:
        raise InvalidInput.of("target.several", targets=names_of(targets))
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


def given_options(context: click.Context) -> str:
    """Return the options of `target_options` as they were given, with a space before them."""
    if not _takes_target(context.command):
        return ""
    import shlex

    versions, folder = context.params["blender"], context.params["folder"]
    options = f" --dir {shlex.quote(str(folder))}" if folder else ""
    return f"{options} --blender {','.join(versions)}" if versions else options


def _takes_target(command: click.Command) -> bool:
    names = {name for parameter in command.params for name in parameter.opts}
    return {"--blender", "--dir"} <= names


def with_options(text: str, options: str) -> str:
    """Return ``text`` with ``options`` behind each command in it that needs a target, so that it works as it stands."""

    def complete(found: re.Match[str]) -> str:
        command = _command_of((found[1] or found[2]).split())
        has_target = any(f" {name} " in found[0] for name in ("--blender", "--dir"))
        if command is None or has_target or not _takes_target(command):
            return found[0]
        return f"{found[0]}{options}"

    return re.sub(_COMMAND, complete, text) if options else text


def _command_of(words: Sequence[str]) -> click.Command | None:
    """Return a command such as ``install`` or ``repo add``."""
    from extery.cli.app import extery

    context = click.Context(extery)
    command: click.Command | None = extery
    for word in words:
        command = command.get_command(context, word) if isinstance(command, click.Group) else None
    return command


def outcome_with_options(outcome: Outcome, options: str) -> Outcome:
    """Return the outcome with ``options`` behind the commands in its hints and notes."""
    if not options:
        return outcome
    problems = [
        item._replace(problem=item.problem._replace(hint=with_options(item.problem.hint, options)))
        for item in outcome.problems
    ]
    return outcome._replace(
        problems=problems, notes=[with_options(note, options) for note in outcome.notes]
    )
