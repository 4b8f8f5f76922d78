"""``extery validate``: check folders, manifests and packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from extery.cli.checked_paths import (
    html_of,
    located,
    project_configs,
    project_folder,
    report_data,
    report_lines,
)
from extery.cli.command import OutcomeCommand, Run, silence
from extery.cli.options import (
    LocalPath,
    join_optional_version,
    like_blender_option,
    output_options,
    parse_valid_tags_option,
    valid_tags_option,
)

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.cli.output.outcome import CheckedPath
    from extery.core.versions import BlenderSeries


class _Command(OutcomeCommand):
    """`--like-blender` has an optional value, which click would take from any argument behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, join_optional_version(args))


@click.command("validate", cls=_Command, project_folder=project_folder)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=LocalPath(readable=False))
@output_options("html")
@click.option("--html", "as_html", is_flag=True, help="The same as --output-format html.")
@valid_tags_option
@like_blender_option
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
@click.pass_obj
def command(
    run: Run,
    paths: tuple[Path, ...],
    *,
    valid_tags: str | None,
    like_blender: BlenderSeries | Literal["any"] | None,
    strict: bool,
    quiet: bool,
) -> Outcome:
    """Check manifests, folders and packages, and report all problems.

    PATH is a folder with a blender_manifest.toml, a manifest, or a zip; by default the current folder. Every problem
    has a place, a code and a hint. The exit status is 1 if there is an error.
    """
    from extery.author.validate import check_path
    from extery.cli.output import Outcome, pluralize
    from extery.cli.output.outcome import CheckedPath

    tags = parse_valid_tags_option(valid_tags)
    is_json = run.output_format == "json"
    checked: list[CheckedPath] = []
    config_of = project_configs(paths, run)
    for path in paths or (Path(),):
        report = check_path(path, valid_tags=tags, hashed=is_json)
        if like_blender == "any":
            _ = report.refusals  # those of the problems as they are
            report.downgrade_stricter()
        elif like_blender is not None:
            report.judge_like(like_blender)
        checked.append(CheckedPath(report, *silence(located(report), config_of(path).silenced)))
    problems = [problem for item in checked for problem in item.problems]
    return Outcome(
        ok=not any(strict or item.problem.is_error for item in problems),
        summary=f"Checked {pluralize(len(checked), 'path')}.",
        problems=problems,
        silenced=[silenced for item in checked for silenced in item.silenced],
        lines=[] if quiet else [line for item in checked for line in report_lines(item.report)],
        data={"reports": [report_data(item) for item in checked]} if is_json else {},
        problems_are_result=True,
        has_sources=True,
        is_quiet=quiet,
        is_strict=strict,
        html=lambda: html_of(checked),
    )
