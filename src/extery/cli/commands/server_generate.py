"""``extery server-generate``: turn a folder of packages into a repository."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, valid_tags_option
from extery.listing import ASSETLIB_AUTH_METHODS

if TYPE_CHECKING:
    from extery.cli.output import Outcome, PrefixedProblem
    from extery.core.errors import Problem
    from extery.repository.generate_result import GenerateResult
    from extery.repository.listing_changes import ListingChanges

#: Extensions that a line of changes names.
_MAX_NAMES = 8


def _finite(_ctx: click.Context, _parameter: click.Parameter, value: float) -> float:
    if value != value:  # click accepts nan in every range
        raise click.BadParameter("nan is not a number")
    return value


@click.command("server-generate", cls=OutcomeCommand, on_failure="The listing was not changed.")
@click.option(
    "--repo-dir",
    metavar="DIR",
    required=True,
    type=LocalPath(),
    help="The folder with the packages; index.json is written into it.",
)
@click.option(
    "--repo-config",
    metavar="FILE",
    type=LocalPath(),
    help="The configuration of the repository, by default blender_repo.toml in DIR.",
)
@click.option("--html", is_flag=True, help="Write index.html too, a page with drag-and-drop links.")
@click.option(
    "--html-template",
    metavar="FILE",
    type=LocalPath(),
    help="An HTML template with ${body}, ${title} and other names.",
)
@click.option(
    "--force", is_flag=True, help="Replace an index.html or repo.json that extery did not write."
)
@click.option(
    "--legacy-repo-json",
    "legacy",
    is_flag=True,
    help="Write repo.json too, with add-ons of Blender before 4.2: .py files and zips with bl_info.",
)
@click.option(
    "--baseurl",
    metavar="URL",
    default="",
    help="The URL of DIR, for repo.json; by default base_url of the configuration.",
)
@click.option("--verify", is_flag=True, help="Read all packages again, not only changed ones.")
@click.option("--strict", is_flag=True, help="Write nothing if a package has errors.")
@click.option("--keep-going", is_flag=True, help="Exit with 0 although packages have errors.")
@valid_tags_option
@click.option(
    "--assetlib-auth-method",
    type=click.Choice(ASSETLIB_AUTH_METHODS),
    help="Whose token Blender 5.3 sends to asset libraries, by default assetlib_auth_method of the configuration.",
)
@output_options()
@click.option(
    "--output-type",
    type=click.Choice(["TEXT", "JSON", "JSON_0"]),
    help="Print messages as Blender's own tool does: lines, or JSON terminated by newlines or NUL.",
)
@click.option(
    "--lock-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0, max=86_400),
    callback=_finite,
    default=600,
    show_default=True,
    help="Maximum time to wait for another run in DIR.",
)
@click.pass_obj
def command(
    run: Run,
    repo_dir: Path,
    *,
    repo_config: Path | None,
    html: bool,
    html_template: Path | None,
    force: bool,
    legacy: bool,
    baseurl: str,
    verify: bool,
    strict: bool,
    keep_going: bool,
    valid_tags: str | None,
    assetlib_auth_method: str | None,
    output_type: str | None,
    lock_timeout: float,
) -> Outcome:
    """Turn a folder of packages into a repository that Blender can subscribe to.

    Every Blender is offered the newest version that is compatible with it. Asset libraries, with which Blender
    4.2 to 5.0 could not read the listing, are listed for Blender 5.3 and newer in blender-5.3/index.json. Packages that have not changed
    since the last run are not read again. Packages that Blender cannot install are left out, packages with
    other problems are listed; both are reported, and the exit status is 1. The listing is replaced
    atomically.
    """
    if strict and keep_going:
        raise click.UsageError("--strict and --keep-going exclude each other.")
    if output_type and run.output_format != "text":
        raise click.UsageError("--output-type and --output-format exclude each other.")
    from extery.core.errors import ExteryError
    from extery.repository.generate import generate

    try:
        with _without_gc():
            result = generate(
                repo_dir,
                html=html,
                template=html_template,
                config=repo_config,
                strict=strict,
                verify=verify,
                legacy=legacy,
                base_url=baseurl,
                valid_tags=valid_tags,
                force=force,
                assetlib_auth_method=assetlib_auth_method or "",
                lock_timeout=lock_timeout,
                on_wait=_waiting(lock_timeout),
            )
    except ExteryError as error:
        return _outcome(run, None, error.problems, output_type)
    outcome = _outcome(run, result, result.problems, output_type)
    unused = []
    if html_template and not html:
        unused.append("--html-template has no effect without --html")
    if baseurl and not legacy:
        unused.append("--baseurl has no effect without --legacy-repo-json")
    return outcome._replace(notes=[*unused, *outcome.notes], ok=outcome.ok or keep_going)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Disable the garbage collector, which takes a tenth of the time and finds no cycles."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _waiting(timeout: float) -> Callable[[str], None]:
    def on_wait(holder: str) -> None:
        from extery.cli.output import print_note

        print_note(f"waiting up to {timeout:g} seconds for {holder}")

    return on_wait


def _outcome(
    run: Run, result: GenerateResult | None, problems: Iterable[Problem], output_type: str | None
) -> Outcome:
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.cli.terminal import printable

    reported, silenced = run.silence(prefix_problems(problems))
    summary = "The listing was not changed."
    if result:
        packages = pluralize(result.counts.listed, "package")
        state = "Wrote the listing of" if result.written else "Nothing to write: listing of"
        summary = f"{state} {packages} in {printable(str(result.folder))}."
    return Outcome(
        ok=result is not None and not any(item.problem.is_error for item in reported),
        summary=summary,
        problems=reported,
        silenced=silenced,
        lines=[_found(result), *_verdict_lines(result)] if result else [],
        notes=list(_notes(result)) if result else [],
        data=_data(result),
        has_sources=True,
        protocol=_messages(result, reported, output_type) if output_type else None,
    )


def _notes(result: GenerateResult) -> Iterator[str]:
    """Yield the files that were written, and the repository URLs for Blender."""
    from extery.cli.terminal import printable

    has_several = len(result.listings) > 1
    for address, changes in result.changes.items():
        prefix = f"{address}: " if has_several else ""
        for line in _change_lines(changes):
            yield printable(prefix + line)
    for line in _written(result.written):
        yield printable(f"written: {line}")
    for address, audience in result.listings if result.written or has_several else ():
        suffix = f", for {audience}" if has_several else ""
        yield printable(f"paste into Blender{suffix}: {result.url(address)}")


def _found(result: GenerateResult) -> str:
    """Return the line that Blender's tool prints, and how many packages are not listed."""
    counts = result.counts
    others = [f"{counts.older} older"] if counts.older else []
    others += [f"{counts.hidden} hidden"] if counts.hidden else []
    detail = f": {', '.join([f'{counts.listed} listed', *others])}" if others else ""
    return f"found {result.packages} packages{detail}."


def _verdict_lines(result: GenerateResult) -> list[str]:
    """Return a line for each reason why some Blenders refuse packages that others accept."""
    if not result.refused_by:
        return []
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import grouped_lines

    return [printable(line) for line in grouped_lines(result.refusals)]


def _verdicts(result: GenerateResult | None) -> dict[str, Any]:
    """Return the verdicts on packages that some Blender refuses, as JSON."""
    if result is None or not result.refused_by:
        return {}
    from extery.rules.blender_verdicts import verdicts_as_dict

    return {name: verdicts_as_dict(own) for name, own in result.refusals.items()}


def _change_lines(changes: ListingChanges) -> Iterator[str]:
    """Yield a line for each kind of change, with a bounded number of extensions."""
    updates = [f"{update.id} {update.old} -> {update.new}" for update in changes.updated]
    groups = (
        ("added", _with_versions(changes.added)),
        ("updated", updates),
        ("changed", _with_versions(changes.changed)),
        ("removed", _with_versions(changes.removed)),
        ("hidden by the configuration", _with_versions(changes.hidden)),
        ("left out because of errors", _with_versions(changes.refused)),
    )
    for name, texts in groups:
        if texts:
            more = len(texts) - _MAX_NAMES
            suffix = f" and {more} more" if more > 0 else ""
            yield f"{name}: {', '.join(texts[:_MAX_NAMES])}{suffix}"


def _with_versions(versions: Mapping[str, str]) -> list[str]:
    return [f"{name} {version}" for name, version in versions.items()]


def _written(paths: Iterable[Path]) -> list[str]:
    """Return the files, with the packages of each folder summarized in one line."""
    from extery.cli.output import pluralize

    packages: dict[Path, int] = {}
    lines = []
    for path in paths:
        if path.suffix == ".zip":
            packages[path.parent] = packages.get(path.parent, 0) + 1
        else:
            lines.append(str(path))
    return [
        f"{pluralize(number, 'package')} in {folder}" for folder, number in packages.items()
    ] + lines


def _data(result: GenerateResult | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "packages": result.packages if result else 0,
        "package_counts": asdict(result.counts) if result else {},
        "changes": {address: changes.as_dict() for address, changes in result.changes.items()}
        if result
        else {},
        "verdicts": _verdicts(result),
        "written": [str(path) for path in result.written] if result else [],
        "listings": [
            {"file": address, "audience": audience, "url": result.url(address)}
            for address, audience in result.listings
        ]
        if result
        else [],
    }


def _messages(result: GenerateResult | None, problems: Iterable[PrefixedProblem], form: str) -> str:
    """Return messages in the protocol of Blender's tool: pairs of a type and a text."""
    import json

    error = "ERROR" if result else "FATAL_ERROR"
    messages = [
        (error if item.problem.is_error else "WARN", str(item.problem)) for item in problems
    ]
    if result:
        messages.append(("STATUS", f"found {result.packages} packages."))
    if form == "TEXT":
        lines = [text if kind == "STATUS" else f"{kind}: {text}" for kind, text in messages]
        return "".join(f"{line}\n" for line in lines)
    end = "\0" if form == "JSON_0" else "\n"
    return "".join(json.dumps(message) + end for message in messages)
