"""``extery list``: show installed and available extensions."""

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

_INSTALLED, _AVAILABLE, _UPDATABLE, _ALL = "installed", "available", "updatable", "all"


@click.command("list", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was listed.")
@click.argument("text", nargs=-1)
@click.option(
    "--installed",
    "kind",
    flag_value=_INSTALLED,
    default=_INSTALLED,
    help="Only installed extensions (the default).",
)
@click.option(
    "--available", "kind", flag_value=_AVAILABLE, help="Extensions that can be installed."
)
@click.option(
    "--updatable", "kind", flag_value=_UPDATABLE, help="Installed extensions with a newer version."
)
@click.option(
    "--all",
    "kind",
    flag_value=_ALL,
    help="Everything that is installed or listed, also what does not fit.",
)
@filter_options
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    run: Run,
    text: tuple[str, ...],
    *,
    kind: str,
    types: tuple[str, ...],
    tags: tuple[str, ...],
    repositories: tuple[str, ...],
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """List installed extensions, or those that can be installed.

    With TEXT only extensions that have all of its words in their id, name or tagline. Listings are those of the last
    'extery sync'. Notes: "pinned" stays at its version, "blocked" is warned of by its repository, "local" and "system" are
    of repositories without a listing, "not listed" is installed and no longer offered,
    "not synced" is of a repository whose listing was never fetched.
    """  # fmt: skip
    from extery.cli.each_target import for_each, grouped_lines, names_of, target_data
    from extery.cli.output import Outcome, pluralize

    def rows_of(target: Target) -> list[Overview]:
        return _rows(target, kind, " ".join(text), types, tags, repositories)

    results = for_each(targets_of(blender, folder), rows_of)
    count = sum(len(rows) for _, rows in results.done)
    indent = 2 if len(results.done) > 1 else 0
    places = names_of(target for target, _ in results.done)
    number = pluralize(count, "extension") if count else "No extensions"
    return Outcome(
        ok=results.ok,
        summary=f"{number} {'' if kind == _ALL else kind}".rstrip()
        + (f" in {places}." if places else "."),
        problems=results.prefixed,
        notes=unsynced_notes(target for target, _ in results.done),
        lines=grouped_lines(
            [(target, overview_lines(rows, indent=indent)) for target, rows in results.done],
            empty="none",
        )
        if run.output_format == "text"
        else (),
        data={
            "targets": [
                target_data(target, extensions=[row.as_dict() for row in rows])
                for target, rows in results.done
            ]
        }
        if run.output_format == "json"
        else {},
    )


def _rows(
    target: Target,
    kind: str,
    text: str,
    types: tuple[str, ...],
    tags: tuple[str, ...],
    repositories: tuple[str, ...],
) -> list[Overview]:
    from extery.client.index.database import open_index
    from extery.client.index.overview import available_overview, installed_overview
    from extery.client.records import find_installed

    conditions = make_filter(
        target,
        types=types,
        tags=tags,
        repositories=repositories,
        text=text,
        only_installable=kind == _AVAILABLE,
    )
    installed = list(find_installed(target))
    with open_index(target) as index:
        if kind == _AVAILABLE:
            return available_overview(index, installed, conditions)
        rows = installed_overview(index, installed, conditions)
        if kind == _UPDATABLE:
            return [row for row in rows if row.is_updatable]
        if kind == _ALL:
            names = {(row.repository, row.id) for row in rows}
            listed = available_overview(index, installed, conditions)
            rows += [row for row in listed if (row.repository, row.id) not in names]
            rows.sort(key=lambda row: (row.id, row.repository))
        return rows
