"""``extery repo rename``: give a repository another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command(
    "rename", cls=OutcomeCommand, project_folder=None, on_failure="The repository was not renamed."
)
@click.argument("name")
@click.argument("new_name", metavar="NEW-NAME")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, name: str, new_name: str, *, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Give a repository another name, with its folder, its history and the data of its extensions.

    Blender's preferences have to follow: 'extery repo export NEW-NAME' renames it there, with its enabled add-ons.
    """
    from extery.cli.each_target import for_each, names_of, print_wait, target_data
    from extery.cli.output import Outcome
    from extery.client.repository_changes import rename

    targets = targets_of(blender, folder)
    results = for_each(targets, lambda t: rename(t, name, new_name, on_wait=print_wait))
    done = [target for target, _ in results.done]
    note = (
        f"if Blender's preferences have {name}: close Blender and run 'extery repo export {new_name}', "
        "or rename it there"
    )
    return Outcome(
        results.ok,
        f"Renamed {name} to {new_name} for {names_of(done)}."
        if done
        else "The repository was not renamed.",
        results.prefixed,
        notes=[note] if done and name != new_name else [],
        data={"targets": [target_data(target, name=new_name) for target in done]},
    )
