"""``extery gc``: remove what was kept for undo, and packages that were not used for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command("gc", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was removed.")
@click.option(
    "--keep-operations",
    metavar="N",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Keep what the last N operations have replaced.",
)
@click.option(
    "--keep-days",
    metavar="N",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    help="Keep what was replaced in the last N days.",
)
@click.option(
    "--keep-packages",
    metavar="N",
    type=click.FloatRange(min=0),
    default=90,
    show_default=True,
    help="Keep packages that were used in the last N days.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    *,
    keep_operations: int,
    keep_days: float,
    keep_packages: float,
    dry_run: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Remove replaced extensions and packages that are kept for undo.

    An operation is kept if one of the options keeps it. Your own files in the folder of a replaced extension are never
    removed; they are set aside, and the output names where.
    """  # fmt: skip
    from extery.cli.each_target import for_each
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.terminal import printable
    from extery.client.gc import Policy, collect, collect_packages, used_packages
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder
    from extery.core.files import format_size

    policy = Policy(keep_operations, keep_days, keep_packages)
    store = Store(cache_folder())
    targets = targets_of(blender, folder)
    results = for_each(targets, lambda target: collect(target, store, policy, is_dry=dry_run))
    used = {sha256 for target in targets for sha256 in used_packages(target)}
    packages = collect_packages(store, policy, used=used, is_dry=dry_run)
    folders = sum(result.folders for _, result in results.done)
    freed = packages.freed + sum(result.freed for _, result in results.done)
    verb = "Would remove" if dry_run else "Removed"
    aside = [path for _, result in results.done for path in result.set_aside]
    problems = [*results.problems, *(p for _, result in results.done for p in result.problems)]
    return Outcome(
        ok=not problems,
        summary=f"{verb} {pluralize(folders, 'replaced extension')} and "
        f"{pluralize(packages.packages, 'package')}, {format_size(freed)}."
        if folders or packages.packages
        else "Nothing was removed."
        if problems
        else "There is nothing to remove.",
        problems=prefix_problems(problems),
        notes=[printable(f"your files were set aside: {path}") for path in aside],
        data={
            "folders": folders,
            "packages": packages.packages,
            "freed": freed,
            "set_aside": [str(path) for path in aside],
        },
    )
