"""``extery repo token``: the access token of a repository."""

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
    "token", cls=OutcomeCommand, project_folder=None, on_failure="The token was not changed."
)
@click.argument("name")
@click.option("--delete", is_flag=True, help="Delete the token.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    name: str,
    *,
    delete: bool,
    token_stdin: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Store or delete the access token of a repository, for all Blenders that have its URL.

    Without --token-stdin it is asked for.
    """
    if delete and token_stdin:
        raise click.UsageError("--delete and --token-stdin exclude each other.")
    from extery.cli.each_target import for_each, target_data
    from extery.cli.output import Outcome
    from extery.cli.token_input import ask_token, read_token
    from extery.client.repositories import find_repository
    from extery.client.settings import config_folder
    from extery.client.tokens import Tokens
    from extery.core.errors import Refused

    tokens = Tokens(config_folder())
    targets = targets_of(blender, folder)
    results = for_each(targets, lambda target: find_repository(target, name))
    for target, repository in results.done:
        if not repository.is_remote:
            path = str(repository.folder_in(target))
            raise Refused.of("repo.local", variant="token", name=name, path=path)
    places = []
    if results.done and not delete:
        token = read_token() if token_stdin else ask_token()
        places = [
            tokens.store(repository.url, token, target.folder)
            for target, repository in results.done
        ]
        summary = f"Stored the token of {name} in the {places[0]}."
    else:
        had = [tokens.delete(repository.url) for _, repository in results.done]
        summary = f"Deleted the token of {name}." if any(had) else f"There was no token of {name}."
    return Outcome(
        results.ok,
        summary if results.done else "The token was not changed.",
        results.prefixed,
        data={
            "token": places[0] if places else None,
            "targets": [target_data(target, name=name) for target, _ in results.done],
        },
    )
