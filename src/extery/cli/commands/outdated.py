"""``extery outdated``: show installed extensions with a newer version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.extension_lists import overview_lines, unsynced_notes
from extery.cli.options import output_options
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.index.overview import Overview
    from extery.client.targets import Target


@click.command(
    "outdated", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was listed."
)
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(run: Run, *, offline: bool, blender: tuple[str, ...], folder: Path | None) -> Outcome:
    """List installed extensions that have a newer version, pinned ones included.

    A version counts if this Blender can install it and its repository has not blocked it. Listings are those of the last
    'extery sync'; if it is a day old, they are fetched first, unless the setting check-updates is no. The exit status is 0 whether there are any or not.
    """  # fmt: skip
    from extery.cli.client_run import check_updates
    from extery.cli.each_target import for_each, grouped_lines, target_data
    from extery.cli.output import Outcome, pluralize, prefix_problems

    targets = targets_of(blender, folder)
    problems = check_updates(targets, offline=offline)
    results = for_each(targets, _rows)
    all_rows = [row for _, rows in results.done for row in rows]
    held = sum(not row.is_updatable for row in all_rows)
    summary = f"{pluralize(len(all_rows), 'extension')} outdated"
    if not all_rows:
        summary = "Nothing is outdated"
    indent = 2 if len(results.done) > 1 else 0
    return Outcome(
        ok=results.ok,
        summary=f"{summary}, {held} pinned." if held else f"{summary}.",
        problems=[*prefix_problems(problems), *results.prefixed],
        notes=[
            *unsynced_notes(target for target, _ in results.done),
            *(["to update: extery update"] if held < len(all_rows) else []),
        ],
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


def _rows(target: Target) -> list[Overview]:
    from extery.client.index.database import open_index
    from extery.client.index.overview import installed_overview
    from extery.client.records import find_installed

    with open_index(target) as index:
        rows = installed_overview(index, find_installed(target))
    return [row for row in rows if row.is_newer]
