"""``extery repo add``: add a repository by its URL, or a folder of extensions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import output_options
from extery.cli.target_options import offline_option, program_option, target_options, targets_of

if TYPE_CHECKING:
    from pathlib import Path

    from extery.cli.output import Outcome, PrefixedProblem
    from extery.client.network import Network
    from extery.client.repositories import Repository
    from extery.client.repository_source import Source
    from extery.client.targets import Target
    from extery.core.errors import Problem


class _Options(NamedTuple):
    name: str
    title: str
    no_check: bool
    token: str
    is_from_environment: bool


@click.command(
    "add", cls=OutcomeCommand, project_folder=None, on_failure="The repository was not added."
)
@click.argument("source", metavar="URL|PATH")
@click.option("--name", default="", help="Name, by default one made from the title or the URL.")
@click.option("--title", default="", help="Title for people, by default the host of the URL.")
@click.option(
    "--token-stdin",
    is_flag=True,
    help="Read an access token from standard input, and store it for later commands.",
)
@click.option("--to-blender", is_flag=True, help="Also write it into Blender's preferences.")
@program_option
@click.option("--no-check", is_flag=True, help="Do not fetch the listing to check the URL.")
@offline_option
@target_options
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    source: str,
    *,
    name: str,
    title: str,
    token_stdin: bool,
    to_blender: bool,
    program: Path | None,
    no_check: bool,
    offline: bool,
    blender: tuple[str, ...],
    folder: Path | None,
) -> Outcome:
    """Add a repository by its URL, or a folder of extensions.

    URL is the address of a listing. A drag-and-drop link, a home page and the page of a code host work too if they name
    one listing. PATH is a folder: with an index.json it is a remote repository without a server; a folder of extensions
    becomes a local repository, in which nothing is updated or removed.

    An access token is read from standard input, and stored in the keyring of the system or in a file that only you can
    read. With EXTERY_CLIENT_TOKEN in the environment, the repository takes it from there in every command, and
    nothing is stored. A token is sent to the server of URL only.
    """
    from extery.cli.each_target import for_each
    from extery.cli.output import prefix_problems
    from extery.cli.token_input import read_token
    from extery.client.network import open_network
    from extery.client.tokens import VARIABLE, check_token
    from extery.core.errors import Problem
    from extery.fetch.addresses import redact_url

    targets = targets_of(blender, folder)
    stored = read_token() if token_stdin else ""
    inherited = "" if stored else os.environ.get(VARIABLE, "")
    token = stored or (check_token(inherited) if inherited else "")
    options = _Options(name, title, no_check, token, bool(inherited))
    network = open_network(offline=offline)
    found, offline_reason = _find(source, network, targets[0], options)
    results = for_each(targets, lambda target: _add(target, found, options))
    problems = results.prefixed
    for target, repository in results.done:
        problems = [*problems, *prefix_problems(_store_token(target, repository, network, options))]
    if to_blender:
        problems = [*problems, *_export(results.done, network, program)]
    if offline_reason and results.done:
        warning = Problem.of("repo.unchecked", url=redact_url(found.url))
        problems = [*problems, *prefix_problems([warning])]
    problems = [*problems, *_plain_http(results.done)]
    return _outcome(source, found, results.done, problems, network, options, offline_reason)


def _plain_http(done: Sequence[tuple[Target, Repository]]) -> list[PrefixedProblem]:
    from extery.cli.output import prefix_problems
    from extery.client.repository_changes import plain_http_problem

    found = (plain_http_problem(repository) for _, repository in done)
    return prefix_problems(dict.fromkeys(problem for problem in found if problem))


def _export(
    done: Sequence[tuple[Target, Repository]], network: Network, program: Path | None
) -> list[PrefixedProblem]:
    """Write the added repositories into Blender's preferences; return the problems."""
    from extery.cli.each_target import for_each
    from extery.client.blender_repositories import export_repositories

    names = {target: repository.name for target, repository in done}
    return for_each(
        names,
        lambda target: export_repositories(
            target, [names[target]], network.tokens, program=program
        ),
    ).prefixed


def _outcome(
    source: str,
    found: Source,
    done: Sequence[tuple[Target, Repository]],
    problems: Sequence[PrefixedProblem],
    network: Network,
    options: _Options,
    offline_reason: str,
) -> Outcome:
    from extery.cli.each_target import names_of, target_data
    from extery.cli.output import Outcome
    from extery.cli.terminal import printable

    names = " and ".join(dict.fromkeys(item.name for _, item in done))
    taken = printable(f"{source} leads to {found.url}, which was added")
    targets = names_of(target for target, _ in done)
    return Outcome(
        not any(item.problem.is_error for item in problems),
        f"Added {names} to {targets}." if done else "The repository was not added.",
        problems,
        lines=[printable(f"{names}  {found.url or found.folder}")] if done else [],
        notes=[
            *([taken] if found.is_other and done else []),
            *(["to fetch its listing: extery sync"] if found.url and done else []),
        ],
        data={
            "url": found.url,
            "token": network.tokens.place(found.url) if found.url else None,
            "checked": bool(found.url) and not options.no_check and not offline_reason,
            "targets": [
                target_data(
                    target, name=item.name, title=item.title, path=str(item.folder_in(target))
                )
                for target, item in done
            ],
        },
    )


def _find(text: str, network: Network, target: Target, options: _Options) -> tuple[Source, str]:
    """Return the repository, and why its listing was not fetched although it should have been."""
    from extery.client.repository_changes import check_listing
    from extery.client.repository_source import find_source

    if not options.no_check:
        found = find_source(text, None, same_origin=bool(options.token))
        reason = network.reason_offline(found.url, target) if found.url else ""
        if reason:
            return found, reason

    def check(url: str) -> None:
        check_listing(url, network, target, options.token)

    chosen_check = None if options.no_check else check
    return find_source(text, chosen_check, same_origin=bool(options.token)), ""


def _add(target: Target, source: Source, options: _Options) -> Repository:
    from extery.cli.each_target import print_wait
    from extery.client.repository_changes import add_repository

    return add_repository(
        target, source, name=options.name, title=options.title, on_wait=print_wait
    )


def _store_token(
    target: Target, repository: Repository, network: Network, options: _Options
) -> list[Problem]:
    """Store the token of a repository that was added; return the problem if that is not possible."""
    from extery.core.errors import ExteryError, Problem

    url = repository.url
    try:
        if url and options.is_from_environment:
            network.tokens.use_environment(url, target.folder)
        elif url and options.token:
            network.tokens.store(url, options.token, target.folder)
        elif url:
            network.tokens.share(url, target.folder)
    except ExteryError as error:
        reason = error.problems[0].message
        return [Problem.of("repo.token-not-stored", name=repository.name, reason=reason)]
    return []
