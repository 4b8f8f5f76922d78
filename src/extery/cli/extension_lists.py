"""Options and lines of the commands that show extensions: list, search, outdated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from extery.cli.options import Decorated
from extery.core.types import TYPE_NAMES

if TYPE_CHECKING:
    from extery.client.index.overview import Overview
    from extery.client.index.queries import ListFilter
    from extery.client.targets import Target

_HEADING = ("ID", "INSTALLED", "LISTED", "REPOSITORY", "NOTES")


def filter_options(function: Decorated) -> Decorated:
    """Add --type, --tag and --repo, as the arguments ``types``, ``tags`` and ``repositories``."""
    for option in (
        click.option(
            "--repo",
            "repositories",
            metavar="NAME",
            multiple=True,
            help="Only extensions of this repository.",
        ),
        click.option(
            "--tag", "tags", metavar="TAG", multiple=True, help="Only extensions with this tag."
        ),
        click.option(
            "--type",
            "types",
            type=click.Choice(TYPE_NAMES),
            multiple=True,
            help="Only extensions of this type.",
        ),
    ):
        function = option(function)
    return function


def make_filter(
    target: Target,
    *,
    types: Sequence[str],
    tags: Sequence[str],
    repositories: Sequence[str],
    text: str = "",
    only_installable: bool = False,
) -> ListFilter:
    """Return the conditions of the options; raises `NotFound` for a repository that the target does not have."""
    from extery.client.index.queries import ListFilter
    from extery.client.repositories import find_repository

    for name in repositories:
        find_repository(target, name)
    return ListFilter(types, tags, repositories, text, only_installable)


def unsynced_notes(targets: Iterable[Target]) -> list[str]:
    """Return a note that names the repositories whose listings were never fetched, if there are any."""
    from extery.cli.terminal import printable
    from extery.client.index.database import unsynced_repositories

    names = dict.fromkeys(name for target in targets for name in unsynced_repositories(target))
    if not names:
        return []
    verb = "was" if len(names) == 1 else "were"
    return [printable(f"{', '.join(names)} {verb} never synced; to fetch the listing: extery sync")]


def overview_lines(rows: Iterable[Overview], *, indent: int = 0) -> list[str]:
    """Return a table of extensions."""
    from extery.cli.output.table import table_lines

    return table_lines([_cells(row) for row in rows], heading=_HEADING, indent=indent)


def _cells(row: Overview) -> tuple[str, ...]:
    words = [*row.notes.words()]
    if row.is_newer:
        words.insert(0, "update available")
    notes = "; ".join([*words, row.tagline])
    return row.id, row.installed or "-", row.listed or "-", row.repository, notes
