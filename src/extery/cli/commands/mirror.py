"""``extery mirror``: a repository as a folder that works from anywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from extery.cli.options import max_listing_option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extery.core.errors import Problem
    from extery.fetch import Fetcher
    from extery.repository.mirror.filters import Filters
    from extery.repository.mirror.run import Mirrored, MirrorOptions, Progress


@click.command("mirror")
@click.argument("url")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--id",
    "ids",
    metavar="PATTERN",
    multiple=True,
    help="Only ids like this; * and ? stand for others.",
)
@click.option(
    "--type", "types", type=click.Choice(["add-on", "theme"]), multiple=True, help="Only this type."
)
@click.option(
    "--platform",
    "platforms",
    metavar="PLATFORM",
    multiple=True,
    help="Only what runs there, as linux-x64.",
)
@click.option(
    "--blender",
    "blender",
    metavar="VERSION",
    multiple=True,
    help="Only what runs in it, as 4.2 or 4.2.3.",
)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only extensions with this tag.")
@click.option(
    "--license",
    "licenses",
    metavar="PATTERN",
    multiple=True,
    help="Only if all licences are like this, as GPL-*.",
)
@click.option(
    "--newest",
    metavar="N",
    type=click.IntRange(min=1),
    help="Of each extension the newest N versions.",
)
@click.option(
    "--access-token",
    metavar="TOKEN",
    envvar="EXTERY_CLIENT_TOKEN",
    show_envvar=True,
    default="",
    help="For repositories that ask who you are; sent to URL's server only.",
)
@max_listing_option
@click.option("--keep", "keep_old", is_flag=True, help="Keep packages that are no longer listed.")
@click.option("--keep-going", is_flag=True, help="Leave out what fails, and exit with 0.")
@click.option(
    "--verify", is_flag=True, help="Read all packages again, not only those that have changed."
)
@click.option("--new-source", is_flag=True, help="Use DIR although it mirrors another repository.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    url: str,
    folder: Path,
    *,
    ids: tuple[str, ...],
    types: tuple[str, ...],
    platforms: tuple[str, ...],
    blender: tuple[str, ...],
    tags: tuple[str, ...],
    licenses: tuple[str, ...],
    newest: int | None,
    access_token: str,
    max_listing: int,
    keep_old: bool,
    keep_going: bool,
    verify: bool,
    new_source: bool,
    dry_run: bool,
    as_json: bool,
) -> NoReturn:
    """Mirror a repository into a folder that works from file:// and from any web server.

    URL is what people paste into Blender, or a folder. The first run fetches everything, later ones
    what has changed. Every package is verified, and the listing is replaced only when all
    of them are there; if one fails, the old listing stays and the exit status is 1. A package
    that is damaged, or that tools unpack in different ways, is left out, and the exit status is 1.

    A filter may be given several times; what passes one value of each is wanted.
    """  # fmt: skip
    from extery.core.errors import ExteryError
    from extery.fetch import Fetcher, repository_url
    from extery.repository.mirror.filters import Filters
    from extery.repository.mirror.run import MirrorOptions

    filters = Filters(ids, platforms, blender, tags, licenses, types, newest)
    _check(filters)
    wishes = MirrorOptions(keep_going, keep_old, verify, new_source)
    try:
        address = repository_url(url)
        with Fetcher(
            token=access_token, token_for=address, max_document_size=max_listing
        ) as fetcher:
            done = _mirror(address, folder, fetcher, filters, wishes, dry_run=dry_run)
    except ExteryError as error:
        if not as_json:
            raise
        _print_json(None, error.problems, dry_run=dry_run)
        raise SystemExit(1) from error
    if as_json:
        _print_json(done, done.problems, dry_run=dry_run)
    else:
        _print_text(done, folder, dry_run=dry_run, keep_old=keep_old)
    is_good = done.is_complete and (keep_going or not done.refused)
    raise SystemExit(0 if dry_run or is_good else 1)


def _mirror(
    address: str,
    folder: Path,
    fetcher: Fetcher,
    filters: Filters,
    wishes: MirrorOptions,
    *,
    dry_run: bool,
) -> Mirrored:
    from extery.cli.progress import ProgressLine
    from extery.repository.mirror.run import mirror, plan

    if dry_run:
        return plan(address, folder, fetcher=fetcher, filters=filters, wishes=wishes)
    with ProgressLine() as line:

        def told(progress: Progress) -> None:
            if line.is_due:
                line.show(_shown(progress))

        return mirror(address, folder, fetcher=fetcher, filters=filters, wishes=wishes, told=told)


def _check(filters: Filters) -> None:
    from extery.repository.mirror.filters import blender_range

    for text in filters.blender:
        try:
            blender_range(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--blender") from error


def _shown(progress: Progress) -> str:
    from extery.core.files import human_size

    return (
        f"{progress.packages} of {progress.of_packages} packages, "
        f"{human_size(progress.received)} of {human_size(progress.of_bytes)}"
    )


def _print_text(done: Mirrored, folder: Path, *, dry_run: bool, keep_old: bool) -> None:
    from extery.cli.show import counted, show_problems
    from extery.core.files import human_size
    from extery.fetch.addresses import redact_url

    plan = done.plan
    show_problems(done.problems, stream=sys.stderr)
    removed = () if keep_old else plan.remove
    if dry_run:
        for name in plan.fetch:
            wanted = plan.wanted[name]
            click.echo(f"fetch {name} ({human_size(wanted.size)}) from {redact_url(wanted.url)}")
        for name in removed:
            click.echo(f"remove {name}")
    facts = f"{counted(len(plan.fetch), 'package')} to fetch ({human_size(plan.bytes_to_fetch)})"
    facts += f", {len(plan.keep)} there already, {len(removed)} to remove"
    if dry_run:
        click.echo(facts)
    elif not done.is_complete:
        failed = counted(len(done.failed), "package")
        click.echo(f"{failed} failed; {folder} still has its old listing", err=True)
    else:
        fetched = (
            f"{counted(len(plan.fetch), 'package')} fetched ({human_size(plan.bytes_to_fetch)})"
        )
        click.echo(
            f"{counted(len(plan.entries), 'entry').replace('entrys', 'entries')} in {folder}: "
            f"{fetched}, {len(plan.keep)} there already, {len(removed)} removed"
        )
        if done.refused:
            click.echo(f"{counted(len(done.refused), 'package')} refused and left out", err=True)


def _print_json(done: Mirrored | None, problems: Iterable[Problem], *, dry_run: bool) -> None:
    import json

    plan = done.plan if done else None
    document = {
        "ok": done is not None and (dry_run or done.is_complete) and not done.problems.errors,
        "complete": done is not None and done.is_complete,
        "entries": len(plan.entries) if plan else 0,
        "fetched": list(plan.fetch) if plan else [],
        "bytes": plan.bytes_to_fetch if plan else 0,
        "kept": plan.keep if plan else [],
        "removed": list(plan.remove) if plan else [],
        "failed": list(done.failed) if done else [],
        "refused": list(done.refused) if done else [],
        "problems": [problem.as_dict() for problem in problems],
    }
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
