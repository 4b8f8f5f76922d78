"""``extery search``: find extensions by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.extension_lists import filter_options, make_filter, overview_lines, unsynced_notes
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.index.overview import Overview
    from extery.client.targets import Target


@click.command("search", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was found.")
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Show at most N extensions.",
)
@filter_options
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    run: Run,
    text: tuple[str, ...],
    *,
    limit: int,
    types: tuple[str, ...],
    tags: tuple[str, ...],
    repositories: tuple[str, ...],
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Search the listed extensions, the best match first.

    An extension is found if its id, name, tagline, tags or maintainer have all words of TEXT, or words that begin with
    them; without such a match, also if they occur inside words. Those that this Blender cannot install are shown with
    the reason. Listings are those of the last 'extery sync'. The exit status is 1 if nothing is found.
    """  # fmt: skip
    from extery.cli.each_target import for_each, grouped_lines, target_data
    from extery.cli.output import Outcome, pluralize

    def search(target: Target) -> tuple[list[Overview], int]:
        return _search(target, " ".join(text), limit, types, tags, repositories)

    results = for_each(targets_of(blender, folder), search)
    total = sum(number for _, (_, number) in results.done)
    shown = sum(len(rows) for _, (rows, _) in results.done)
    more = f", showing {shown}; --limit shows more" if shown < total else ""
    indent = 2 if len(results.done) > 1 else 0
    return Outcome(
        ok=results.ok and total > 0,
        summary=f"Found {pluralize(total, 'extension')}{more}." if total else "Nothing was found.",
        problems=results.prefixed,
        notes=unsynced_notes(target for target, _ in results.done),
        lines=grouped_lines(
            [(target, overview_lines(rows, indent=indent)) for target, (rows, _) in results.done],
            empty="none",
        )
        if run.output_format == "text"
        else (),
        data={
            "targets": [
                target_data(target, total=number, extensions=[row.as_dict() for row in rows])
                for target, (rows, number) in results.done
            ]
        }
        if run.output_format == "json"
        else {},
    )


def _search(
    target: Target,
    text: str,
    limit: int,
    types: tuple[str, ...],
    tags: tuple[str, ...],
    repositories: tuple[str, ...],
) -> tuple[list[Overview], int]:
    from extery.client.index.database import open_index
    from extery.client.index.overview import listed_overview
    from extery.client.index.queries import search_extensions
    from extery.client.records import find_installed

    conditions = make_filter(target, types=types, tags=tags, repositories=repositories)
    with open_index(target) as index:
        found, total = search_extensions(index, text, limit=limit, conditions=conditions)
    shown = {item.id for item in found}
    return listed_overview(found, find_installed(target, shown)), total
