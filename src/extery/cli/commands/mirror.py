"""``extery mirror``: copy a repository into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import (
    LocalPath,
    max_listing_option,
    output_options,
    parse_valid_tags_option,
    valid_tags_option,
)
from extery.core.types import TYPE_NAMES

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.fetch import Fetcher
    from extery.repository.mirror.filters import Filters
    from extery.repository.mirror.run import MirrorOptions, MirrorProgress, MirrorResult


@click.command("mirror", cls=OutcomeCommand, on_failure="The mirror was not changed.")
@click.argument("url")
@click.argument("folder", metavar="DIR", type=LocalPath(file_okay=False))
@click.option(
    "--id",
    "ids",
    metavar="PATTERN",
    multiple=True,
    help="Only matching ids; * and ? are wildcards.",
)
@click.option(
    "--type", "types", type=click.Choice(TYPE_NAMES), multiple=True, help="Only this type."
)
@click.option(
    "--platform",
    "platforms",
    metavar="PLATFORM",
    multiple=True,
    help="Only extensions for this platform, for example linux-x64.",
)
@click.option(
    "--blender",
    "blender",
    metavar="VERSION",
    multiple=True,
    help="Only extensions for this Blender, for example 4.2 or 4.2.3.",
)
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only extensions with this tag.")
@click.option(
    "--license",
    "licenses",
    metavar="PATTERN",
    multiple=True,
    help="Only extensions whose licences all match, for example GPL-*.",
)
@click.option(
    "--newest",
    metavar="N",
    type=click.IntRange(min=1),
    help="Only the newest N versions of each extension.",
)
@click.option(
    "--access-token",
    metavar="TOKEN",
    envvar="EXTERY_CLIENT_TOKEN",
    show_envvar=True,
    default="",
    help="Access token of the repository; sent to URL's server only.",
)
@max_listing_option
@click.option("--keep", "keep_old", is_flag=True, help="Keep packages that are no longer listed.")
@click.option("--keep-going", is_flag=True, help="Leave out packages that fail, and exit with 0.")
@click.option("--verify", is_flag=True, help="Read all packages again, not only changed ones.")
@click.option("--new-source", is_flag=True, help="Use DIR although it mirrors another repository.")
@click.option("--dry-run", is_flag=True, help="List the changes without writing anything.")
@valid_tags_option
@output_options()
@click.pass_obj
def command(
    run: Run,
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
    valid_tags: str | None,
    dry_run: bool,
) -> Outcome:
    """Mirror a repository into a folder that works from file:// and from any web server.

    URL is the repository URL that Blender uses, or a folder. The first run downloads everything, later
    ones only changes. Every package is verified, and the listing is replaced only when all of them
    are complete; if one fails, the old listing, if there is one, stays and the exit status is 1. Packages that Blender
    cannot install, or that tools unpack differently, are left out; packages with other problems are
    mirrored. Both are reported, and the exit status is 1. Asset libraries are listed for Blender 5.3 and
    newer in blender-5.3/index.json, other types that extery does not know are left out.

    Filters can be given several times; an extension has to match one value of each filter.
    """  # fmt: skip
    from dataclasses import replace

    from extery.cli.output import Outcome, prefix_problems
    from extery.core.errors import ExteryError
    from extery.fetch import Fetcher, repository_url
    from extery.repository.mirror.filters import Filters
    from extery.repository.mirror.run import MirrorOptions

    filters = Filters(ids, platforms, blender, tags, licenses, types, newest)
    _check(filters)
    options = MirrorOptions(keep_going, keep_old, verify, new_source)
    try:
        options = replace(options, valid_tags=parse_valid_tags_option(valid_tags))
        address = repository_url(url)
        with Fetcher(
            token=access_token, token_for=address, max_document_size=max_listing
        ) as fetcher:
            result = _mirror(address, folder, fetcher, filters, options, dry_run=dry_run)
    except ExteryError as error:
        problems, silenced = run.silence(prefix_problems(error.problems))
        return Outcome(False, "The mirror was not changed.", problems, silenced, data=_data(None))
    return _outcome(run, result, folder, options, dry_run=dry_run)


def _outcome(
    run: Run, result: MirrorResult, folder: Path, options: MirrorOptions, *, dry_run: bool
) -> Outcome:
    from extery.cli.output import Outcome, prefix_problems
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import grouped_lines

    problems, silenced = run.silence(prefix_problems(result.problems))
    removed = () if options.keep_old else result.plan.remove
    has_failures = not options.keep_going and bool(result.refused or result.flawed)
    return Outcome(
        ok=dry_run or (result.is_complete and not has_failures),
        summary=_summary(result, folder, dry_run=dry_run),
        problems=problems,
        silenced=silenced,
        lines=[
            *(_planned(result, removed) if dry_run else _result_line(result, folder, removed)),
            *map(printable, grouped_lines(result.refusals)),
        ],
        notes=list(_notes(result, folder)),
        data=_data(result),
    )


def _mirror(
    address: str,
    folder: Path,
    fetcher: Fetcher,
    filters: Filters,
    options: MirrorOptions,
    *,
    dry_run: bool,
) -> MirrorResult:
    from extery.cli.output.progress import ProgressBar
    from extery.core.files import format_size
    from extery.repository.mirror.run import mirror, plan_only

    if dry_run:
        return plan_only(address, folder, fetcher=fetcher, filters=filters, options=options)
    with ProgressBar("Mirroring") as bar:

        def on_progress(progress: MirrorProgress) -> None:
            if bar.is_shown:
                sizes = f"{format_size(progress.received)} of {format_size(progress.of_bytes)}"
                detail = f"{progress.packages} of {progress.of_packages} packages, {sizes}"
                bar.update(progress.received, progress.of_bytes, detail)

        return mirror(
            address,
            folder,
            fetcher=fetcher,
            filters=filters,
            options=options,
            on_progress=on_progress,
        )


def _check(filters: Filters) -> None:
    from extery.core.compatibility import BlenderRange

    for text in filters.blender:
        try:
            BlenderRange.of_series(text)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--blender") from error


def _planned(result: MirrorResult, removed: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a dry run."""
    from extery.cli.output import pluralize
    from extery.cli.terminal import printable
    from extery.core.files import format_size
    from extery.fetch.addresses import redact_url

    plan = result.plan
    for name in plan.fetch:
        request = plan.packages[name]
        source = redact_url(request.url)
        yield printable(f"fetch {name} ({format_size(request.size)}) from {source}")
    for name in removed:
        yield printable(f"remove {name}")
    counts = (
        f"{pluralize(len(plan.fetch), 'package')} to fetch ({format_size(plan.bytes_to_fetch)})"
    )
    others = f"{len(plan.present)} up to date, {len(removed)} to remove"
    yield f"{counts}, {others}{_superseded(result)}"


def _result_line(result: MirrorResult, folder: Path, removed: Sequence[str]) -> Iterator[str]:
    from extery.cli.output import pluralize
    from extery.cli.terminal import printable
    from extery.core.files import format_size

    if not result.is_complete:
        return
    plan = result.plan
    fetched = (
        f"{pluralize(len(plan.fetch), 'package')} fetched ({format_size(plan.bytes_to_fetch)})"
    )
    entries = f"{pluralize(len(plan.all_entries), 'entry')} in {printable(str(folder))}"
    counts = f"{fetched}, {len(plan.present)} up to date, {len(removed)} removed"
    yield f"{entries}: {counts}{_superseded(result)}"


def _superseded(result: MirrorResult) -> str:
    """Return the numbers of packages that are not mirrored because each system gets another one."""
    from extery.cli.output import pluralize

    plan = result.plan
    listed = {(item["id"], item["version"]) for item in plan.all_entries}
    older = sum((item["id"], item["version"]) not in listed for item in plan.superseded)
    others = len(plan.superseded) - older
    counts = [pluralize(older, "older version")] if older else []
    counts += [pluralize(others, "other package") + " of a listed version"] if others else []
    return f", {' and '.join(counts)} left out" if counts else ""


def _notes(result: MirrorResult, folder: Path) -> Iterator[str]:
    """Yield the URL of each listing if there are several."""
    from extery.cli.terminal import printable

    if result.is_complete and len(result.listings) > 1:
        for address, audience in result.listings:
            url = f"{folder.resolve().as_uri()}/{address}"
            yield printable(f"paste into Blender, for {audience}: {url}")


def _summary(result: MirrorResult, folder: Path, *, dry_run: bool) -> str:
    from extery.cli.output import pluralize
    from extery.cli.terminal import printable
    from extery.listing import LISTING_FILENAME

    path = printable(str(folder))
    if dry_run:
        return "Dry run: nothing was written."
    if not result.is_complete:
        failed = pluralize(len(result.failed), "package")
        if not (folder / LISTING_FILENAME).exists():
            return f"{failed} failed; {path} has no listing yet."
        return f"{failed} failed; {path} still has its old listing."
    refused = pluralize(len(result.refused), "package")
    left_out = f", {refused} refused and left out" if result.refused else ""
    flawed = f", {pluralize(len(result.flawed), 'package')} with problems" if result.flawed else ""
    return f"Mirrored {pluralize(len(result.plan.all_entries), 'entry')} into {path}{left_out}{flawed}."


def _data(result: MirrorResult | None) -> dict[str, Any]:
    from extery.rules.blender_verdicts import verdicts_as_dict

    plan = result.plan if result else None
    return {
        "complete": result is not None and result.is_complete,
        "entries": len(plan.all_entries) if plan else 0,
        "fetched": list(plan.fetch) if plan else [],
        "bytes": plan.bytes_to_fetch if plan else 0,
        "kept": plan.present if plan else [],
        "removed": list(plan.remove) if plan else [],
        "superseded": [f"{item['id']} {item['version']}" for item in plan.superseded]
        if plan
        else [],
        "failed": list(result.failed) if result else [],
        "refused": list(result.refused) if result else [],
        "flawed": list(result.flawed) if result else [],
        "verdicts": {name: verdicts_as_dict(own) for name, own in result.refusals.items()}
        if result
        else {},
        "ignored": [_ignored(entry) for entry in plan.ignored] if plan else [],
        "listings": [
            {"file": address, "audience": audience} for address, audience in result.listings
        ]
        if result
        else [],
    }


def _ignored(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what identifies an entry whose type is not known; its fields may have any value."""
    return {key: entry.get(key) for key in ("id", "version", "type")}
