"""``extery validate``: check folders, manifests and packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from extery.cli.command import OutcomeCommand, Run, config_in, silence
from extery.cli.options import (
    LocalPath,
    join_optional_version,
    like_blender_option,
    output_options,
    parse_valid_tags_option,
    valid_tags_option,
)

if TYPE_CHECKING:
    from extery.cli.output import Outcome, PrefixedProblem
    from extery.cli.output.outcome import CheckedPath
    from extery.core.versions import BlenderSeries
    from extery.rules.report import CheckReport


def _project_folder(params: Mapping[str, Any]) -> Path:
    """Return the folder of a single path; of several paths, the current folder."""
    paths = params["paths"]
    return _folder_of(paths[0]) if len(paths) == 1 else Path()


def _folder_of(path: Path) -> Path:
    if path.suffix.lower() == ".toml":
        return path.parent
    return Path() if path.suffix.lower() == ".zip" else path


class _Command(OutcomeCommand):
    """`--like-blender` has an optional value, which click would take from any argument behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, join_optional_version(args))


@click.command("validate", cls=_Command, project_folder=_project_folder)
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
    for path in paths or (Path(),):
        report = check_path(path, valid_tags=tags, hashed=is_json)
        if like_blender == "any":
            _ = report.refusals  # those of the problems as they are
            report.downgrade_stricter()
        elif like_blender is not None:
            report.judge_like(like_blender)
        config = run.config if len(paths) <= 1 else config_in(_folder_of(path))
        checked.append(CheckedPath(report, *silence(_located(report), config.silenced)))
    problems = [problem for item in checked for problem in item.problems]
    return Outcome(
        ok=not any(strict or item.problem.is_error for item in problems),
        summary=f"Checked {pluralize(len(checked), 'path')}.",
        problems=problems,
        silenced=[silenced for item in checked for silenced in item.silenced],
        lines=[] if quiet else [line for item in checked for line in _lines(item.report)],
        data={"reports": [_report_data(item) for item in checked]} if is_json else {},
        problems_are_result=True,
        has_sources=True,
        is_quiet=quiet,
        is_strict=strict,
        html=lambda: _html(checked),
    )


def _report_data(checked: CheckedPath) -> dict[str, Any]:
    """Return the report as JSON, without silenced warnings and with their number."""
    from extery.rules.blender_verdicts import verdicts_as_dict

    return checked.report.as_dict() | {
        "problems": [item.problem.as_dict() for item in checked.problems],
        "silenced": len(checked.silenced),
        "verdicts": verdicts_as_dict(checked.report.refusals),
    }


def _html(checked: list[CheckedPath]) -> str:
    from extery.cli.output.html import html_report

    return html_report(checked)


def _located(report: CheckReport) -> list[PrefixedProblem]:
    from extery.cli.output import PrefixedProblem

    return [
        PrefixedProblem(problem, _prefix(report, problem.where.file)) for problem in report.problems
    ]


def _prefix(report: CheckReport, file: str) -> str:
    """Return the prefix that makes ``file`` relative to the current folder."""
    folder, _, name = report.name.rpartition("/")
    if report.kind == "folder":
        return "" if report.name == "." else f"{report.name.rstrip('/')}/"
    if report.kind == "package" and file != name:
        return f"{report.name}/"
    return f"{folder}/" if "/" in report.name else ""


def _lines(report: CheckReport) -> Iterator[str]:
    """Yield that the report has no errors, and which Blenders judge differently."""
    if report.ok:
        yield _ok_line(report)
    if not report.refusals:
        return
    from extery.cli.terminal import printable
    from extery.rules.blender_verdicts import verdict_lines

    for line in verdict_lines(report.refusals):
        yield f"{printable(report.name)}: {printable(line)}"


def _ok_line(report: CheckReport) -> str:
    from extery.cli.output import pluralize, styles
    from extery.cli.terminal import printable

    if report.manifest is None:
        # `--like-blender` accepts packages that extery refuses to read.
        mark = styles.severity("warning", "warning")
        return f"{printable(report.name)}: {mark}: not read completely; Blender may install it"
    details = f"{report.manifest.id} {report.manifest.version} ({report.manifest.type})"
    if report.kind == "package" and report.size is not None:
        from extery.core.files import format_size

        details += f", {pluralize(report.members or 0, 'file')}, {format_size(report.size)}"
    mark = styles.success("ok")
    return f"{printable(report.name)}: {mark}: {details}"
