"""``extery repo remove``: remove repositories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome
    from extery.client.repository_removal import Removed
    from extery.client.targets import Target


@click.command(
    "remove",
    cls=OutcomeCommand,
    project_folder=None,
    on_failure="The repositories were not removed.",
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--purge", is_flag=True, help="Also remove what is installed from them.")
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    purge: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Remove repositories, and their access tokens unless another Blender uses them.

    What is installed from a repository stays and works as before, in a local repository of the same name that is not
    updated any more; adding the repository again takes it over. With --purge it is removed; 'extery undo' brings it
    back. A local repository is only forgotten.
    """
    from extery.cli.each_target import for_each, grouped_lines, names_of, print_wait, target_data
    from extery.cli.output import Outcome
    from extery.client.repository_removal import remove_repository
    from extery.client.settings import config_folder
    from extery.client.tokens import Tokens

    targets, tokens = targets_of(blender, folder), Tokens(config_folder())
    chosen = list(dict.fromkeys(names))
    done: dict[Target, list[Removed]] = {target: [] for target in targets}
    problems = []
    for name in chosen:
        results = for_each(
            targets,
            lambda t, name=name: remove_repository(  # type: ignore[misc]
                t, name, tokens, purge=purge, on_wait=print_wait
            ),
        )
        problems += results.prefixed
        for target, removed in results.done:
            done[target].append(removed)
    everything = [item for items in done.values() for item in items]
    is_complete = not problems and not any(item.failed for item in everything)
    names_done = dict.fromkeys(item.repository.name for item in everything if not item.failed)
    changed = [target for target, items in done.items() if items]
    return Outcome(
        is_complete,
        f"Removed {', '.join(names_done)} from {names_of(changed)}."
        if names_done
        else "The repositories were not removed.",
        problems,
        lines=grouped_lines(
            [
                (target, [line for item in items for line in _lines(item)])
                for target, items in done.items()
            ]
        ),
        data={
            "targets": [
                target_data(target, removed=[_data(item) for item in items])
                for target, items in done.items()
            ]
        },
    )


def _lines(removed: Removed) -> Iterator[str]:
    from extery.cli.output import pluralize
    from extery.cli.terminal import printable

    repository = removed.repository
    for identifier, reason in removed.failed.items():
        yield printable(f"{repository.name}: {identifier} was not removed: {reason}")
    if removed.failed:
        return
    if removed.purged:
        number = pluralize(len(removed.purged), "extension")
        yield f"{repository.name}: {number} removed; 'extery undo' brings them back"
    if removed.kept and repository.is_remote:
        number = pluralize(len(removed.kept), "extension")
        again = f"extery repo add {repository.url} --name {repository.name}"
        verb = "stays" if len(removed.kept) == 1 else "stay"
        yield printable(f"{repository.name}: {number} {verb}; to update them again: {again}")


def _data(removed: Removed) -> dict[str, Any]:
    return {
        "name": removed.repository.name,
        "url": removed.repository.url,
        "kept": removed.kept,
        "removed": removed.purged,
        "failed": removed.failed,
        "operation": removed.operation or None,
        "token_deleted": removed.had_token,
    }
