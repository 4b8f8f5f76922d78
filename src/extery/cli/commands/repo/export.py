"""``extery repo export``: write repositories into Blender's preferences."""

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
    "export", cls=OutcomeCommand, project_folder=None, on_failure="Blender was not changed."
)
@click.argument("names", metavar="[NAME...]", nargs=-1)
@click.option(
    "--with-tokens",
    is_flag=True,
    help="Also write access tokens, which Blender stores as plain text.",
)
@program_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    with_tokens: bool,
    program: Path | None,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Write repositories into Blender's preferences, by default all.

    Blender writes its preferences itself, without a window. Close other Blenders first: one that is open would write its
    own preferences over them. A repository that Blender knows by another name is renamed there, with its enabled
    add-ons.
    """
    from extery.cli.commands.repo.changes import change_data, change_lines
    from extery.cli.each_target import for_each, grouped_lines, names_of, target_data
    from extery.cli.output import Outcome
    from extery.client.blender_repositories import export_repositories
    from extery.client.settings import config_folder
    from extery.client.tokens import Tokens

    tokens = Tokens(config_folder())
    results = for_each(
        targets_of(blender, folder),
        lambda t: export_repositories(t, names, tokens, program=program, with_tokens=with_tokens),
    )
    done = results.done
    refused = any(item.change == "refused" for _, changes in done for item in changes)
    return Outcome(
        results.ok and not refused,
        f"Wrote the repositories into the preferences of {names_of(t for t, _ in done)}."
        if done
        else "Blender was not changed.",
        results.prefixed,
        lines=grouped_lines([(t, change_lines(changes)) for t, changes in done]),
        data={
            "targets": [target_data(t, repositories=change_data(changes)) for t, changes in done]
        },
    )
