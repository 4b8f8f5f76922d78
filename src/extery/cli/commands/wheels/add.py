"""``extery wheels add``: download the wheels of libraries with all that they need, and list them in the manifest."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, quiet_option
from extery.cli.package_index import index_option, open_index
from extery.cli.target_options import offline_option
from extery.cli.wheel_lists import source_option

if TYPE_CHECKING:
    from extery.author.wheels.bundle import Bundle
    from extery.author.wheels.downloads import Downloads
    from extery.author.wheels.plan import WheelPlan
    from extery.author.wheels.sources import Dependencies
    from extery.author.wheels.targets import Target
    from extery.cli.output import Outcome


class _Choice(NamedTuple):
    """What the user chose: libraries, and the systems to bundle them for."""

    names: tuple[str, ...]
    file: Path | None
    platforms: tuple[str, ...]
    blenders: tuple[str, ...]
    with_shipped: bool


@click.command("add", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was added.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=LocalPath(readable=False),
    help="Add the dependencies of a pyproject.toml, or those of a uv.lock with their versions.",
)
@source_option
@click.option(
    "--platform",
    "platforms",
    metavar="PLATFORM",
    multiple=True,
    help="Only wheels for this platform, for example linux-x64; by default those of the manifest.",
)
@click.option(
    "--blender",
    "blenders",
    metavar="VERSION",
    multiple=True,
    help="Only wheels for this Blender, for example 4.5; by default those of the manifest.",
)
@click.option(
    "--with-shipped",
    is_flag=True,
    help="Add the named libraries also if Blender ships them.",
)
@index_option
@click.option("--dry-run", is_flag=True, help="Print what would be done.")
@offline_option
@quiet_option
@output_options(project_file=False)
@click.pass_obj
def command(
    _run: Run,
    names: tuple[str, ...],
    *,
    file: Path | None,
    source: Path,
    platforms: tuple[str, ...],
    blenders: tuple[str, ...],
    with_shipped: bool,
    index_url: str,
    dry_run: bool,
    offline: bool,
) -> Outcome:
    """Download the wheels of libraries with all that they need, and list them in the manifest.

    NAME is a library of the package index, perhaps with versions: shapely, shapely==2.0.6, 'shapely>=2,<3'. Its wheels for
    every platform of the manifest and every Python of its Blenders are downloaded into the folder wheels/, and so are those of
    the libraries that it needs, unless Blender ships them. It is the newest version that has all wheels; if no version has,
    each Python gets its own. Wheels of other versions are removed.

    Every file is verified by its hash. The manifest keeps its comments. If anything fails, the folder is as before.
    """
    from extery.author.wheels.bundle import read_bundle
    from extery.cli.wheel_addition import outcome_of_addition

    choice = _Choice(names, file, platforms, blenders, with_shipped)
    dependencies = _dependencies(choice)
    bundle = read_bundle(source)
    targets = _targets(bundle, choice)
    with (
        tempfile.TemporaryDirectory(prefix="extery-wheels-") as scratch,
        open_index(index_url, offline=offline) as index,
    ):
        from extery.author.wheels.downloads import Downloads
        from extery.author.wheels.execute import execute

        downloads = Downloads(index, Path(scratch))
        plan = _plan(bundle, dependencies, targets, choice, downloads)
        while not dry_run and not _download(plan, downloads):
            plan = _plan(bundle, dependencies, targets, choice, downloads)
        if not dry_run:
            execute(plan, downloads)
    return outcome_of_addition(plan, source, dry_run=dry_run)


def _dependencies(choice: _Choice) -> Dependencies:
    """Return what to add; raises `InvalidInput` if nothing is named."""
    from extery.author.wheels.sources import Dependencies, dependencies_from
    from extery.core.errors import InvalidInput

    found = dependencies_from(choice.file) if choice.file else Dependencies([], {})
    texts = [*choice.names, *found.requirements]
    if not texts:
        raise InvalidInput.of("library.requirement", variant="nothing", text="the command")
    return found._replace(requirements=texts)


def _targets(bundle: Bundle, choice: _Choice) -> list[Target]:
    from extery.author.wheels.targets import find_targets, is_known
    from extery.core.compatibility import BlenderRange
    from extery.core.errors import InvalidInput
    from extery.core.platform_aliases import suggest_platforms
    from extery.core.platforms import KNOWN
    from extery.core.text import quote_value

    for platform in choice.platforms or bundle.platforms:
        if not is_known(platform):
            similar = suggest_platforms(platform)
            raise InvalidInput.of(
                "library.platform",
                variant="similar" if similar else "",
                value=quote_value(platform),
                known=", ".join(KNOWN),
                similar=" or ".join(similar),
            )
    platforms = choice.platforms or bundle.platforms
    try:
        ranges = [BlenderRange.of_series(text) for text in choice.blenders] or [bundle.blenders]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--blender") from error
    found = {(t.platform, t.python): t for item in ranges for t in find_targets(item, platforms)}
    if not found:
        raise InvalidInput.of(
            "library.no-target",
            range=str(ranges[0]),
            platforms=", ".join(platforms) or "any platform",
        )
    return list(found.values())


def _plan(
    bundle: Bundle,
    dependencies: Dependencies,
    targets: Sequence[Target],
    choice: _Choice,
    downloads: Downloads,
) -> WheelPlan:
    from extery.author.wheels.plan import plan_addition, preferred_versions
    from extery.author.wheels.resolve import Search
    from extery.author.wheels.sources import needs_from
    from extery.author.wheels.targets import find_optional_targets
    from extery.core.errors import InvalidInput

    needs = needs_from(dependencies.requirements, targets)
    if not needs:
        raise InvalidInput.of(
            "library.requirement", variant="no-target", text=", ".join(dependencies.requirements)
        )
    named = {need.name for need in needs}
    preferred = {**preferred_versions(bundle, without=named), **dependencies.preferred}
    search = Search(
        downloads.index,
        downloads,
        preferred=preferred,
        bundled_anyway=named if choice.with_shipped else (),
    )
    has_platforms = bool(choice.platforms or bundle.platforms)
    with _progress_of(downloads):
        return plan_addition(
            bundle,
            needs,
            search=search,
            optional=[] if has_platforms else find_optional_targets(bundle.blenders),
            is_restricted=bool(choice.platforms or choice.blenders),
        )


@contextmanager
def _progress_of(downloads: Downloads) -> Iterator[None]:
    """Show what is read while versions are chosen: going back through many of them can take a minute."""
    from extery.cli.output.run_progress import RunProgress

    number = 0
    with RunProgress("Choosing versions", "file") as progress:

        def report(_name: str) -> None:
            nonlocal number
            number += 1
            progress.update(number, number)

        downloads.index.on_visit = report
        yield


def _download(plan: WheelPlan, downloads: Downloads) -> bool:
    """Download what is missing, with progress; return whether the plan is right about what the wheels need."""
    from extery.author.wheels.plan import fetch_missing
    from extery.cli.output.run_progress import RunProgress

    sizes = {wheel.file.filename: wheel.file.size for wheel in plan.missing}
    received = dict.fromkeys(sizes, 0)
    lock = Lock()
    with RunProgress("Downloading", "wheel") as progress:

        def report(name: str, more: int) -> None:
            with lock:
                # A wheel that is read for its metadata only may have another name.
                received[name] = received.get(name, 0) + more
                done = sum(0 < size <= received[file] for file, size in sizes.items())
                fetched = sum(received.values())
            total = sum(sizes.values())
            progress.update(done, len(sizes), received=fetched, of_bytes=total, fetched=fetched)

        downloads.on_progress = report
        return fetch_missing(plan, downloads)
