"""``extery repo list``: list the repositories."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.repositories import Repository
    from extery.client.targets import Target
    from extery.client.tokens import Tokens


@click.command(
    "list", cls=OutcomeCommand, project_folder=None, on_failure="The repositories were not listed."
)
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(_run: Run, blender: tuple[str, ...], folder: Path | None) -> Outcome:
    """List the repositories, with the number of installed extensions.

    Whether a repository has an access token is listed, the token never is.
    """
    from extery.cli.each_target import for_each, grouped_lines, names_of, target_data
    from extery.cli.output import Outcome, pluralize
    from extery.client.settings import config_folder
    from extery.client.tokens import Tokens

    targets = targets_of(blender, folder)
    tokens = Tokens(config_folder())
    results = for_each(targets, lambda target: _rows(target, tokens))
    number = sum(len(rows) for _, rows in results.done)
    return Outcome(
        results.ok,
        f"{names_of(targets)} {'has' if len(targets) == 1 else 'have'} "
        f"{pluralize(number, 'repository') if number else 'no repositories'}.",
        results.prefixed,
        notes=[] if number else ["to add one: extery repo add URL"],
        lines=grouped_lines(
            [(target, _lines(rows)) for target, rows in results.done], empty="none"
        ),
        data={"targets": [target_data(t, repositories=rows) for t, rows in results.done]},
    )


def _rows(target: Target, tokens: Tokens) -> list[dict[str, Any]]:
    from extery.client.records import find_installed
    from extery.client.repositories import load_repositories

    counts = Counter(item.repository.name for item in find_installed(target))
    return [_row(target, item, tokens, counts[item.name]) for item in load_repositories(target)]


def _row(target: Target, repository: Repository, tokens: Tokens, installed: int) -> dict[str, Any]:
    return {
        "name": repository.name,
        "title": repository.title,
        "url": repository.url,
        "folder": str(repository.folder_in(target)),
        "enabled": repository.enabled,
        "installed": installed,
        "token": tokens.place(repository.url) if repository.is_remote else None,
    }


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    from extery.cli.terminal import printable

    if not rows:
        return []
    width = max(len(row["name"]) for row in rows)
    lines = []
    for row in rows:
        notes = [f"{row['installed']} installed"]
        notes += [] if row["enabled"] else ["disabled"]
        notes += [] if row["url"] else ["local"]
        notes += [f"token in {row['token']}"] if row["token"] else []
        place = row["url"] or row["folder"]
        lines.append(printable(f"{row['name']:<{width}}  {place}  ({', '.join(notes)})"))
    return lines
