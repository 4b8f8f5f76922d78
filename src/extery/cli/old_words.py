"""Arguments of the first design of Blender's extensions that the commands of today have as options."""

from __future__ import annotations

import click


def with_named_repository(arguments: list[str], group: click.Command) -> list[str]:
    """Return arguments of ``repo add`` in which a second argument, the name of the repository, is an option.

    A name that no module can have is the title, of which the name is made. ``group`` is the command ``repo``.
    """
    assert isinstance(group, click.Group)
    command = group.get_command(click.Context(group), "add")
    assert command is not None
    extra = _extra(command, arguments)
    if len(extra) != 1:
        return arguments
    for place in reversed(range(len(arguments))):
        others = [*arguments[:place], *arguments[place + 1 :]]
        if arguments[place] == extra[0] and not _extra(command, others):
            return [*others[:place], _option(extra[0]), extra[0], *others[place:]]
    return arguments


def _extra(command: click.Command, arguments: list[str]) -> list[str]:
    """Return the arguments that a command does not have; none if they cannot be read."""
    try:
        _, extra, _ = command.make_parser(click.Context(command)).parse_args([*arguments])
    except click.ClickException:  # reported by the command
        return []
    return extra


def _option(name: str) -> str:
    from extery.client.layout import is_repository_name

    return "--name" if is_repository_name(name) else "--title"
