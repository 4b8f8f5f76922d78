"""``extery install-file``: install packages that are files on this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "install-file", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was installed."
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=LocalPath())
@click.option("--repo", "repository", default="", help="Repository, by default user_default.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    files: tuple[Path, ...],
    *,
    repository: str,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Install packages that are files on this computer.

    They are checked as those of a repository, and kept in the store, so that 'extery undo' and 'extery rollback' work
    without the files. user_default is Blender's own repository for them.
    """  # fmt: skip
    from extery.cli.changes import done_lines, operation_data
    from extery.cli.each_target import for_each, grouped_lines, print_wait, target_data
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.client.local_files import install_files
    from extery.client.store import Store, cache_folder

    store = Store(cache_folder())
    results = for_each(
        targets_of(blender, folder),
        lambda target: install_files(
            target, files, repository=repository, store=store, on_wait=print_wait
        ),
    )
    problems = [*results.problems]
    groups, data, count = [], [], 0
    for target, (operation, found) in results.done:
        problems += [problem for problem in found if problem not in problems]
        lines = done_lines(operation) if operation else []
        count += len(lines)
        groups.append((target, lines))
        data.append(target_data(target, operation=operation_data(operation) if operation else None))
    return Outcome(
        ok=not any(problem.is_error for problem in problems),
        summary=f"Installed {pluralize(count, 'package')}.",
        problems=prefix_problems(problems),
        lines=grouped_lines(groups),
        data={"targets": data},
    )
