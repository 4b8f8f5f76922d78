"""Groups of commands that import a command when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class CommandGroup(click.Group):
    """A group of the commands in ``rows``, each with the line that the help of the group shows.

    A command is ``command`` of the module with its name, with underscores, in ``package``.
    """

    #: Names that commands had earlier: each runs the command of today.
    old_names: Mapping[str, str] = {}

    def __init__(
        self, *arguments: Any, rows: Mapping[str, str], package: str, **keywords: Any
    ) -> None:
        super().__init__(*arguments, **keywords)
        self.rows = rows
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.rows)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        return load(self.package, name) if name in self.rows else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest similar ones for an unknown name."""
        name = args[0]
        if name in self.old_names and self.get_command(ctx, name) is None:
            args = self.with_current_name(args)
            name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(name, self.list_commands(ctx), n=3)
            message = f"No such command {name!r}."
            if close:
                message += f" Did you mean {' or '.join(close)}?"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)

    def with_current_name(self, args: list[str]) -> list[str]:
        """Return arguments that begin with one of `old_names` with the current one, and print that name."""
        old, *rest = args
        current = self.old_names[old]
        click.echo(f"{old} is called {current} now", err=True)
        return [*current.split(), *rest]

    def help_sections(self) -> Mapping[str, Mapping[str, str]]:
        """Return the commands with their lines of help, below the headings of the help."""
        return {"Commands": dict(sorted(self.rows.items()))}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists of commands without importing those in ``rows``."""
        sections = self.help_sections()
        width = max(len(name) for rows in sections.values() for name in rows)
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    # All lists have their lines in one column.
                    formatter.write_dl([(name.ljust(width), line) for name, line in rows.items()])


def load(package: str, name: str) -> click.Command:
    """Import a command of a package; ``repo add`` is a command of a group."""
    module = name.replace("-", "_").replace(" ", ".")
    command: click.Command = import_module(f"{package}.{module}").command
    return command


def name_in_group(ctx: click.Context) -> str:
    """Return the name of a command with those of its groups, such as ``repo add``."""
    names: list[str] = []
    current: click.Context | None = ctx
    while current is not None and current.parent is not None:
        names.insert(0, current.info_name or "")
        current = current.parent
    return " ".join(names) or ctx.command.name or ""
