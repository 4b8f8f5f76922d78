"""``extery compat``: what a Blender does not have, before its users find out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.checked_paths import folder_of, html_of, located, project_folder
from extery.cli.command import OutcomeCommand, Run, config_in, silence
from extery.cli.options import LocalPath, output_options

if TYPE_CHECKING:
    from extery.author.compat import Judgement
    from extery.cli.output import Outcome
    from extery.core.versions import BlenderSeries

KINDS = ("incompatible", "deprecated", "experimental")


@click.command("compat", cls=OutcomeCommand, project_folder=project_folder)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=LocalPath(readable=False))
@click.option(
    "--blender",
    metavar="VERSION,...",
    help="The Blenders to judge for, for example 4.2,5.3; by default those of the manifest, else all known ones.",
)
@click.option(
    "--fail-on",
    metavar="KIND,...",
    default="incompatible",
    show_default=True,
    help="The kinds of findings that fail the command: incompatible, deprecated, experimental, or none.",
)
@output_options("html")
@click.option("--html", "as_html", is_flag=True, help="The same as --output-format html.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings only.")
@click.pass_obj
def command(
    run: Run, paths: tuple[Path, ...], *, blender: str | None, fail_on: str, quiet: bool
) -> Outcome:
    """List the names of Blender's API that a Blender does not have or is going to remove.

    PATH is an add-on: a folder with or without a manifest, a package, or a Python file; by default the current folder. Code is read
    and never run. The types of values are followed through the code, and what runs only in some Blenders counts only for
    them: 'if bpy.app.version >= (5, 0, 0):', 'hasattr', 'try'.

    A comment '# extery: ignore[CODE] reason' suppresses a finding on its line. The exit status is 1 if there is a finding
    of a kind in --fail-on, or if none of the files can be read.
    """
    from extery.author.compat import judge_path
    from extery.cli.output import Outcome, pluralize
    from extery.cli.output.outcome import CheckedPath
    from extery.core.collector import without_collector

    blenders, kinds = _blenders(blender), _kinds(fail_on)
    judged: list[tuple[Judgement, CheckedPath]] = []
    for path in paths or (Path(),):
        with without_collector(is_last=len(paths) <= 1):
            judgement = judge_path(path, blenders)
        config = run.config if len(paths) <= 1 else config_in(folder_of(path))
        problems, silenced = silence(located(judgement.report), config.silenced)
        judged.append((judgement, CheckedPath(judgement.report, problems, silenced)))
    problems = [problem for _, item in judged for problem in item.problems]
    return Outcome(
        ok=not any(
            item.problem.is_error or item.problem.code.removeprefix("compatibility.") in kinds
            for item in problems
        )
        and not any(judgement.is_unread for judgement, _ in judged),
        summary=f"Judged {pluralize(len(judged), 'path')}.",
        problems=problems,
        silenced=[silenced for _, item in judged for silenced in item.silenced],
        lines=[] if quiet else [line for judgement, _ in judged for line in _lines(judgement)],
        data={"reports": [_data(judgement) for judgement, _ in judged]}
        if run.output_format == "json"
        else {},
        problems_are_result=True,
        has_sources=True,
        is_quiet=quiet,
        html=lambda: html_of([item for _, item in judged]),
    )


def _blenders(text: str | None) -> list[BlenderSeries]:
    from extery.core.versions import BLENDER_SERIES, format_series

    found = []
    known = {format_series(one): one for one in BLENDER_SERIES}
    for part in (text or "").split(","):
        version = ".".join(part.strip().split(".")[:2])
        if version in known:
            found.append(known[version])
        elif text:
            raise click.BadParameter(
                f"unknown Blender version {part.strip()!r}; known versions: {', '.join(known)}",
                param_hint="'--blender'",
            )
    return sorted(set(found))


def _kinds(text: str) -> set[str]:
    kinds = {one.strip() for one in text.split(",") if one.strip()}
    for one in kinds - {*KINDS, "none"}:
        raise click.BadParameter(
            f"unknown kind {one!r}; known kinds: {', '.join(KINDS)}, none", param_hint="'--fail-on'"
        )
    return kinds - {"none"}


def _lines(judgement: Judgement) -> Iterator[str]:
    """Yield a line for the Blenders with the same result, the oldest first."""
    from extery.cli.output import pluralize, styles
    from extery.cli.terminal import printable
    from extery.core.versions import format_series

    name = printable(judgement.report.name)
    rows: list[tuple[str, list[str]]] = []
    for blender in judgement.blenders:
        numbers = [
            (kind, sum(one.kind == kind and blender in one.blenders for one in judgement.findings))
            for kind in KINDS
        ]
        text = ", ".join(f"{number} {kind}" for kind, number in numbers if number)
        text = text or styles.success("ok")
        if rows and rows[-1][0] == text:
            rows[-1][1].append(format_series(blender))
        else:
            rows.append((text, [format_series(blender)]))
    if judgement.unread:
        yield f"{name}: not judged: {pluralize(len(judgement.unread), 'file')} that Python cannot read, {printable(judgement.unread[0])} first"
    if judgement.is_unread:
        return
    if not judgement.number:
        if judgement.report.ok:
            yield f"{name}: no Python files"
        return
    for text, series in rows:
        ends = series[0] if len(series) == 1 else f"{series[0]} to {series[-1]}"
        yield f"{name}: Blender {ends}: {text}"


def _data(judgement: Judgement) -> dict[str, Any]:
    from extery.core.versions import format_series

    def names(series: Sequence[BlenderSeries]) -> list[str]:
        return [format_series(one) for one in series]

    return {
        "path": judgement.report.name,
        "blenders": names(judgement.blenders),
        "modules": judgement.number,
        "unread": list(judgement.unread),
        "findings": [
            {
                "kind": one.kind,
                "reason": one.reason,
                "file": one.path,
                "line": one.at.line,
                "column": one.at.column,
                "name": one.name,
                "detail": one.detail,
                "version": one.version,
                "blenders": names(one.blenders),
                "replacement": one.replacement,
            }
            for one in judgement.findings
        ],
    }
