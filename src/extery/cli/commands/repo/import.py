"""``extery repo import``: add the repositories that Blender's preferences know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import program_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome


@click.command(
    "import", cls=OutcomeCommand, project_folder=None, on_failure="No repository was imported."
)
@program_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run, *, program: Path | None, blender: tuple[str, ...], folder: Path | None
) -> Outcome:
    """Add the repositories that Blender's preferences know, with their access tokens.

    Blender reads its preferences itself, without a window. Repositories that are known here already stay as they are.
    Whether the preferences allow online access is obeyed from then on, unless 'extery config set online' says
    otherwise.
    """
    from extery.cli.commands.repo.changes import change_data, change_lines
    from extery.cli.each_target import for_each, grouped_lines, names_of, print_wait, target_data
    from extery.cli.output import Outcome, prefix_problems
    from extery.client.blender_repositories import import_repositories
    from extery.client.settings import config_folder
    from extery.client.tokens import Tokens

    tokens = Tokens(config_folder())
    results = for_each(
        targets_of(blender, folder),
        lambda t: import_repositories(t, tokens, program=program, on_wait=print_wait),
    )
    done = results.done
    added = sum(item.change == "added" for _, found in done for item in found.changes)
    warnings = prefix_problems(problem for _, found in done for problem in found.problems)
    is_offline = any(found.online_access is False for _, found in done)
    note = "Blender's preferences do not allow online access, which is obeyed"
    return Outcome(
        results.ok,
        f"Imported {added} {'repository' if added == 1 else 'repositories'} of "
        f"{names_of(t for t, _ in done)}."
        if done
        else "No repository was imported.",
        [*results.prefixed, *warnings],
        lines=grouped_lines([(t, change_lines(found.changes)) for t, found in done]),
        notes=[note] if is_offline else [],
        data={
            "targets": [
                target_data(
                    t,
                    repositories=change_data(found.changes),
                    online_access=found.online_access,
                )
                for t, found in done
            ]
        },
    )
