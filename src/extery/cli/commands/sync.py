"""``extery sync``: fetch the listings of all repositories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options, quiet_option
from extery.cli.policies import policy_option
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.disk_changes import DiskChange
    from extery.client.sync import SyncedRepository, SyncedTarget


@click.command("sync", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was synced.")
@offline_option
@target_options
@policy_option
@quiet_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    *,
    offline: bool,
    policy_file: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Fetch the listings of all enabled repositories.

    All are fetched at once, and only what has changed: of a repository without changes a few hundred bytes. An entry
    that Blender would refuse is left out and reported. A repository that fails keeps its listing, and the exit status is
    1. Extensions that appeared, changed or vanished on disk since the last sync are named, and installed ones that are blocked.
    """  # fmt: skip
    from extery.cli.each_target import grouped_lines, names_of, print_wait, target_data
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.output.run_progress import RunProgress
    from extery.cli.policies import with_policy
    from extery.client.network import open_network
    from extery.client.policy import load_policy
    from extery.client.sync import sync

    policy = load_policy(policy_file)
    targets = targets_of(blender, folder)
    with RunProgress("Syncing", "repository") as progress:
        results = sync(
            targets,
            fetcher_for=open_network(offline=offline).fetcher,
            on_done=progress.finish,
            on_wait=print_wait,
        )
    items = [item for result in results for item in result.repositories]
    counts = [(status, sum(item.status == status for item in items)) for status in _STATUSES]
    numbers = ", ".join(f"{number} {status}" for status, number in counts if number)
    total = pluralize(len(items), "repository")
    outcome = Outcome(
        ok=all(result.ok for result in results),
        notes=[]
        if items
        else ["to add a repository, or enable one: extery repo add, extery repo enable"],
        summary=f"Synced {total} of {names_of(targets)}{f': {numbers}' if numbers else ''}."
        if items
        else f"Nothing to do: {names_of(targets)} "
        f"{'has' if len(targets) == 1 else 'have'} no enabled repository.",
        # One repository can fail in the same way for several Blenders.
        problems=prefix_problems(
            dict.fromkeys(problem for result in results for problem in result.all_problems)
        ),
        lines=grouped_lines(
            [(result.target, list(_lines(result, several=len(results) > 1))) for result in results]
        ),
        data={"targets": [target_data(result.target, **_data(result)) for result in results]},
    )
    outcome = with_policy(outcome, targets, policy)
    return outcome._replace(notes=[*outcome.notes, *_newer(results)])


def _newer(results: Sequence[SyncedTarget]) -> Iterable[str]:
    """Yield which installed extensions have newer versions, if the user wants to know it."""
    from extery.cli.each_target import for_each
    from extery.cli.terminal import printable
    from extery.client.index.overview import find_updatable
    from extery.client.settings import config_folder, load_settings

    if not load_settings(config_folder()).check_updates:
        return
    installed = {result.target: result.installed for result in results}
    found = for_each(installed, lambda target: find_updatable(target, installed[target]))
    for target, rows in found.done:
        if rows:
            shown = ", ".join(
                f"{row.repository}.{row.id} {row.listed}" for row in rows[:_MAX_NAMES]
            )
            more = f" and {len(rows) - _MAX_NAMES} more" if len(rows) > _MAX_NAMES else ""
            yield printable(f"newer for {target}: {shown}{more}; to update: extery update")


#: Extensions that a note names; the others are counted.
_MAX_NAMES = 5
_STATUSES = ("updated", "unchanged", "failed")


def _lines(result: SyncedTarget, *, several: bool) -> Iterable[str]:
    from extery.cli.output.table import table_lines
    from extery.cli.terminal import printable

    indent = 2 if several else 0
    yield from table_lines(
        [(item.repository.name, _status(item)) for item in result.repositories], indent=indent
    )
    for change in result.changes:
        yield printable(_change(change))


def _status(item: SyncedRepository) -> str:
    from extery.cli.output import pluralize

    if item.status == "updated":
        return f"updated, {pluralize(item.entries, 'entry')}"
    if item.status == "failed":
        kept = "its last listing is kept" if item.has_listing else "there is no listing of it"
        return f"failed, {kept}"
    return item.status


def _change(change: DiskChange) -> str:
    if change.kind == "vanished":
        return f"{change.name} {change.before} is no longer on disk"
    if change.kind == "changed":
        return f"{change.name} is now {change.version} on disk, it was {change.before}"
    return f"{change.name} {change.version} has appeared on disk"


def _data(result: SyncedTarget) -> dict[str, Any]:
    return {
        "repositories": [
            {
                "name": item.repository.name,
                "status": item.status,
                "entries": item.entries if item.status == "updated" else None,
                "has_listing": item.has_listing,
            }
            for item in result.repositories
        ],
        "changes": [change._asdict() for change in result.changes],
    }
