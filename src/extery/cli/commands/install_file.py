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
    from extery.cli.change_outcomes import operations_outcome
    from extery.cli.changes import count_changes
    from extery.cli.each_target import for_each, print_wait
    from extery.cli.output import pluralize
    from extery.client.local_files import install_files
    from extery.client.store import Store
    from extery.core.cache_folder import cache_folder

    store = Store(cache_folder())
    results = for_each(
        targets_of(blender, folder),
        lambda target: install_files(
            target, files, repository=repository, store=store, on_wait=print_wait
        ),
    )
    found = [problem for _, (_, problems) in results.done for problem in problems]
    return operations_outcome(
        [(target, operation) for target, (operation, _) in results.done],
        [*results.problems, *found],
        lambda done: (
            f"Installed {pluralize(count_changes(done), 'package')}."
            if done
            else "Nothing was installed."
        ),
        several=results.several,
    )
