"""``extery build``: pack a folder as an extension package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, parse_valid_tags_option, valid_tags_option

if TYPE_CHECKING:
    from extery.author.build.execute import BuiltPackage, WrittenMember
    from extery.cli.output import Outcome
    from extery.rules.blender_verdicts import Refusal

#: Number of files that --verbose lists, largest first.
_MAX_LISTED = 10


def _folder_of(params: Mapping[str, Any]) -> Path:
    """Return the folder of the manifest."""
    folder: Path = params["source"] or params["source_dir"] or Path()
    return folder.parent if folder.is_file() else folder


@click.command(
    "build", cls=OutcomeCommand, project_folder=_folder_of, on_failure="Nothing was built."
)
@click.argument("source", required=False, type=LocalPath(readable=False))
@click.option(
    "--source-dir",
    metavar="DIR",
    type=LocalPath(),
    help="The folder of the manifest, the same as SOURCE.",
)
@click.option(
    "--output-dir",
    metavar="DIR",
    type=LocalPath(),
    help="The folder of the package, by default the current one.",
)
@click.option(
    "--output-filepath",
    metavar="FILE",
    type=LocalPath(),
    help="The path of the package, instead of {id}-{version}.zip.",
)
@click.option(
    "--split-platforms",
    is_flag=True,
    help="Build a package for each of the manifest's platforms, each with the wheels for it.",
)
@valid_tags_option
@click.option("--strict", is_flag=True, help="Build nothing if there are warnings.")
@click.option("--verbose", is_flag=True, help="List every file, and the largest ones at the end.")
@output_options()
@click.pass_obj
def command(
    run: Run,
    source: Path | None,
    *,
    source_dir: Path | None,
    output_dir: Path | None,
    output_filepath: Path | None,
    split_platforms: bool,
    valid_tags: str | None,
    strict: bool,
    verbose: bool,
) -> Outcome:
    """Pack a folder as an extension package.

    SOURCE is the folder of the blender_manifest.toml, by default the current one. The manifest's
    [build] table chooses the files to pack. The same files give the same package on every machine,
    at any time. Nothing is written if there is an error.
    """
    if source is not None and source_dir is not None:
        raise click.UsageError("SOURCE and --source-dir exclude each other.")
    from extery.author.build.execute import execute, plan_build
    from extery.cli.output import Outcome, pluralize, prefix_problems
    from extery.core.errors import ExteryError

    folder = _folder_of({"source": source, "source_dir": source_dir})
    prefix = "" if folder == Path() else f"{folder}/"
    failure = Outcome(
        ok=False,
        summary="Nothing was built.",
        data={"packages": [], "verdicts": {}},
        has_sources=True,
    )
    try:
        plan = plan_build(
            source or source_dir or Path(),
            split_platforms=split_platforms,
            output_dir=output_dir,
            output_file=output_filepath,
            valid_tags=parse_valid_tags_option(valid_tags),
        )
        problems, silenced = run.silence(prefix_problems(plan.problems, prefix))
        failure = failure._replace(problems=problems, silenced=silenced, is_strict=strict)
        failure = _with_verdicts(failure, plan.refusals)
        if strict and problems:
            return failure
        is_text = run.output_format == "text"
        packages = execute(plan, on_member=_print_added if verbose and is_text else None)
    except ExteryError as error:
        problems, silenced = run.silence(prefix_problems(error.problems, prefix))
        failure = failure._replace(problems=problems, silenced=silenced, lines=())
        return failure if error.refusals is None else _with_verdicts(failure, error.refusals)
    return failure._replace(
        ok=True,
        summary=f"Built {pluralize(len(packages), 'package')}.",
        lines=[
            *(line for package in packages for line in _lines(package, verbose=verbose)),
            *failure.lines,
        ],
        data={**failure.data, "packages": [package.as_dict() for package in packages]},
    )


def _with_verdicts(outcome: Outcome, refusals: Sequence[Refusal]) -> Outcome:
    """Return the outcome with the verdict of each Blender; as text, if they differ."""
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import verdict_lines, verdicts_as_dict

    return outcome._replace(
        lines=[*outcome.lines, *map(printable, verdict_lines(refusals))],
        data={**outcome.data, "verdicts": verdicts_as_dict(refusals)},
    )


def _print_added(member: WrittenMember) -> None:
    from extery.cli.output import print_note
    from extery.cli.terminal import printable

    print_note(f"add: {printable(member.name)}")


def _lines(package: BuiltPackage, *, verbose: bool) -> Iterator[str]:
    from extery.cli.output import pluralize
    from extery.cli.terminal import printable
    from extery.core.files import format_size

    details = f"{pluralize(len(package.members), 'file')}, {format_size(package.unpacked)}"
    path = printable(_relative(package.path))
    yield f"created {path}: {details}, packed {format_size(package.size)}"
    if not verbose:
        return
    yield f"  sha256 {package.sha256}"
    largest = sorted(package.members, key=lambda member: (-member.packed, member.name))
    for member in largest[:_MAX_LISTED]:
        share = member.packed / package.size
        yield f"  {format_size(member.packed):>9} {share:>4.0%}  {printable(member.name)}"
    if len(largest) > _MAX_LISTED:
        size = sum(member.packed for member in largest[_MAX_LISTED:])
        others = pluralize(len(largest) - _MAX_LISTED, "other file")
        yield f"  {format_size(size):>9} {size / package.size:>4.0%}  {others}"


def _relative(path: Path) -> str:
    """Return the path relative to the current folder, or unchanged if it is outside of it."""
    folder = Path.cwd()
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)
