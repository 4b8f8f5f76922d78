"""``extery lock``: write the exact packages of a target to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options
from extery.cli.target_options import offline_option, target_options, targets_of

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "lock", cls=OutcomeCommand, project_folder=None, on_failure="No lock file was written."
)
@click.argument("file", metavar="[FILE]", default="extery.lock", type=LocalPath(readable=False))
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, file: Path, *, offline: bool, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Write the exact packages of all installed extensions to a file.

    FILE is extery.lock by default. The file is readable and sorted: keep it under version control. 'extery restore' installs the same packages
    elsewhere, verified by their SHA-256. The network is used only for an extension that Blender has installed in a version that
    its repository does not list any more.
    """
    from extery.cli.client_run import all_versions_finder
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.target_options import one_target
    from extery.cli.terminal import printable
    from extery.client.index.queries import candidates
    from extery.client.locking import lock_target

    target = one_target(targets_of(blender, folder))
    lock, problems = lock_target(
        target, find=candidates, find_all_versions=all_versions_finder(offline=offline)
    )
    lock.write(file)
    return Outcome(
        ok=not problems.errors,
        summary=f"Locked {pluralize(len(lock.extensions), 'extension')} of {target} in "
        f"{printable(str(file))}.",
        problems=prefix_problems(problems),
        data={
            "file": str(file),
            "extensions": [
                {"name": item.name, "version": item.state.version, "sha256": item.state.sha256}
                for item in sorted(lock.extensions)
            ],
        },
    )
