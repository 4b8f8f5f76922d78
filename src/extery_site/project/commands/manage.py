"""The command ``extery manage``: Django's management commands on the data of the site."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from extery_site.project.commands.common import require_libraries
from extery_site.project.commands.site_command import SiteCommand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import BaseCommand


@click.command(
    cls=SiteCommand,
    on_failure="The command failed.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a management command of Django on the site's data; 'help' lists them."""
    require_libraries()
    from extery_site.project.startup import load_settings

    load_settings()
    with _connection_errors():
        _run(["extery manage", *arguments])


def _run(arguments: list[str]) -> None:
    """Run a management command; an unknown one is wrong usage, with a similar name."""
    from django.core.management import ManagementUtility, get_commands

    from extery.core.text import closest_match

    class Utility(ManagementUtility):
        def fetch_command(self, subcommand: str) -> BaseCommand:
            commands = get_commands()
            if subcommand in commands:
                return super().fetch_command(subcommand)
            similar = closest_match(subcommand, [*commands, "help", "version"])
            advice = f"Did you mean {similar}?" if similar else "'help' lists the commands."
            raise click.UsageError(f"No such command {subcommand!r}. {advice}")

    Utility(arguments).execute()


@contextmanager
def _connection_errors() -> Iterator[None]:
    """Raise `Unavailable` in place of Django's error if the database cannot be used."""
    from django.db.utils import DatabaseError

    from extery_site.project.database import check_connection

    try:
        yield
    except DatabaseError:
        from django.conf import settings

        check_connection(settings.EXTERY_DATABASE)
        raise
