"""``extery server-check``: check that a repository works for every Blender."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import (
    max_listing_option,
    output_options,
    parse_valid_tags_option,
    valid_tags_option,
)

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.repository.check import RepositoryCheckResult


@click.command("server-check", cls=OutcomeCommand, on_failure="The repository was not checked.")
@click.argument("target", metavar="DIR|URL")
@click.option(
    "--access-token",
    metavar="TOKEN",
    envvar="EXTERY_CLIENT_TOKEN",
    show_envvar=True,
    default="",
    help="Access token of the repository; sent to URL's server only.",
)
@max_listing_option
@click.option("--listing-only", is_flag=True, help="Do not read the packages.")
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@valid_tags_option
@output_options()
@click.pass_obj
def command(
    run: Run,
    target: str,
    *,
    access_token: str,
    max_listing: int,
    listing_only: bool,
    strict: bool,
    valid_tags: str | None,
) -> Outcome:
    """Check that a repository works for every Blender, and report all problems.

    The listing is requested and read as Blender does it. Every package is downloaded, unpacked and
    compared with the size, hash, id, version and compatibility in its entry. No Blender may be
    offered an extension twice, on any platform.

    Of DIR all listings are checked: index.json, the complete listing for newer Blenders, channels and sets, with their
    compressed variants, the page and packages without an entry. Of URL, those that lie beside it or that its page links
    to. For DIR, the valid tags of its blender_repo.toml apply. The exit status is 1 if there is an error.
    """
    from extery.cli.output import pluralize
    from extery.cli.output.progress import ProgressBar
    from extery.core.errors import ExteryError
    from extery.fetch import Fetcher, repository_url
    from extery.repository.check import RepositoryCheckResult, check_repository
    from extery.repository.config.repository_config import configured_tags

    try:
        url = repository_url(target)
        if valid_tags is None and Path(target).is_dir():
            valid_tags = configured_tags(Path(target))
        tags = parse_valid_tags_option(valid_tags)
        with (
            Fetcher(token=access_token, token_for=url, max_document_size=max_listing) as fetcher,
            ProgressBar("Checking") as bar,
        ):

            def on_progress(done: int, total: int) -> None:
                bar.update(done, total, f"{done} of {total} packages")

            checked = check_repository(
                url,
                fetcher=fetcher,
                listing_only=listing_only,
                valid_tags=tags,
                on_progress=on_progress,
            )
        details = _numbers(checked.entries, checked.packages)
        if len(checked.listings) > 1:
            details = f"{pluralize(len(checked.listings), 'listing')}, {details}"
        summary = f"Checked {target}: {details}."
    except ExteryError as error:
        checked = RepositoryCheckResult(target)
        checked.problems.extend(error.problems)
        summary = f"Could not check {target}."
    return _outcome(run, target, checked, summary, strict=strict)


def _numbers(entries: int, packages: int) -> str:
    from extery.cli.output import pluralize

    return f"{pluralize(entries, 'entry')}, {pluralize(packages, 'package')} read"


def _outcome(
    run: Run, target: str, checked: RepositoryCheckResult, summary: str, *, strict: bool
) -> Outcome:
    from extery.cli.output import Outcome, prefix_problems, styles
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import grouped_lines

    problems, silenced = run.silence(prefix_problems(checked.problems))
    ok = not any(strict or item.problem.is_error for item in problems)
    lines = []
    if len(checked.listings) > 1:
        lines += [
            f"{printable(listing.file)}: {_numbers(listing.entries, listing.packages)}"
            for listing in checked.listings
        ]
    lines += map(printable, grouped_lines(checked.refusals))
    if ok:
        lines.append(f"{printable(target)}: {styles.success('ok')}")
    data = checked.as_dict()
    return Outcome(
        ok=ok,
        summary=printable(summary),
        problems=problems,
        silenced=silenced,
        lines=lines,
        data={key: data[key] for key in ("url", "entries", "packages", "listings", "verdicts")},
        problems_are_result=True,
        is_strict=strict,
    )
