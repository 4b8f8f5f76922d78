"""``extery build``: pack a folder as an extension package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options, parse_valid_tags_option, valid_tags_option

if TYPE_CHECKING:
    from extery.author.build.execute import BuiltPackage, WrittenMember
    from extery.author.build.plan import BuildPlan
    from extery.cli.output import Outcome
    from extery.package.codecs import Compression
    from extery.rules.blender_verdicts import Refusal


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
    help="The folder of the package, by default the current one; created if it does not exist.",
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
@click.option(
    "--like-blender",
    is_flag=True,
    help="Pack exactly the files that Blender's build packs: an empty [build] packs caches, and [build] patterns pack all "
    "that they do not name.",
)
@click.option(
    "--compression",
    type=click.Choice(["libdeflate", "smallest", "zlib"]),
    envvar="EXTERY_COMPRESSION",
    show_envvar=True,
    help="How to pack: 'libdeflate' is fast, 'smallest' takes ten times as long for 2 % less; both need extery[fast]. By default "
    "libdeflate if it is installed, else zlib. Another one gives other bytes.",
)
@click.option(
    "--optimize-images",
    is_flag=True,
    help="Pack PNG images smaller, with the same pixels. Files in SOURCE stay as they are. Needs extery[images].",
)
@click.option(
    "--no-reuse",
    is_flag=True,
    help="Pack all files, also those that have not changed since the last build. The result is the same.",
)
@click.option("--strict", is_flag=True, help="Build nothing if there are warnings.")
@click.option(
    "--verbose",
    is_flag=True,
    help="List every file, and at the end the largest ones, the sizes of folders, and what was left out and why.",
)
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
    like_blender: bool,
    compression: Compression | None,
    optimize_images: bool,
    no_reuse: bool,
    strict: bool,
    verbose: bool,
) -> Outcome:
    """Pack a folder as an extension package.

    SOURCE is the folder of the blender_manifest.toml, by default the current one. The manifest's
    [build] table chooses the files to pack; version control data, caches and files of tools are left out. The same files
    give the same package on every machine, at any time. Nothing is written if there is an error.
    """
    if source is not None and source_dir is not None:
        raise click.UsageError("SOURCE and --source-dir exclude each other.")
    from extery.author.build.plan import plan_build
    from extery.cli.output import Outcome, prefix_problems
    from extery.core.errors import ExteryError

    folder = _folder_of({"source": source, "source_dir": source_dir})
    prefix = "" if folder == Path() else f"{folder}/"
    empty: dict[str, Any] = {"packages": [], "verdicts": {}}
    failure = Outcome(ok=False, summary="Nothing was built.", data=empty, has_sources=True)
    try:
        plan = plan_build(
            source or source_dir or Path(),
            split_platforms=split_platforms,
            output_dir=output_dir,
            output_file=output_filepath,
            valid_tags=parse_valid_tags_option(valid_tags),
            like_blender=like_blender,
        )
        problems, silenced = run.silence(prefix_problems(plan.problems, prefix))
        failure = failure._replace(problems=problems, silenced=silenced, is_strict=strict)
        failure = _with_verdicts(failure, plan.refusals)
        if strict and problems:
            return failure
        packages = _execute(
            plan,
            compression,
            optimize_images=optimize_images,
            no_reuse=no_reuse,
            prints_members=verbose and run.output_format == "text",
        )
    except ExteryError as error:
        problems, silenced = run.silence(prefix_problems(error.problems, prefix))
        failure = failure._replace(problems=problems, silenced=silenced, lines=())
        return failure if error.refusals is None else _with_verdicts(failure, error.refusals)
    return _with_packages(failure, packages, verbose=verbose)


def _execute(
    plan: BuildPlan,
    compression: Compression | None,
    *,
    optimize_images: bool,
    no_reuse: bool,
    prints_members: bool,
) -> list[BuiltPackage]:
    from extery.author.build.execute import execute
    from extery.author.build.last_build import record_of
    from extery.package.codecs import find_codec

    if optimize_images:
        from extery.author.build.images import with_optimized_images

        plan = with_optimized_images(plan)
    return execute(
        plan,
        codec=find_codec(compression),
        record=None if no_reuse else record_of(plan.source),
        on_member=_print_added if prints_members else None,
    )


def _with_packages(outcome: Outcome, packages: Sequence[BuiltPackage], *, verbose: bool) -> Outcome:
    """Return the outcome of a build that wrote these packages."""
    from extery.cli.build_report import report_lines
    from extery.cli.output import pluralize

    return outcome._replace(
        ok=True,
        summary=f"Built {pluralize(len(packages), 'package')}.",
        lines=[
            *(line for package in packages for line in report_lines(package, verbose=verbose)),
            *outcome.lines,
        ],
        data={**outcome.data, "packages": [package.as_dict() for package in packages]},
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
