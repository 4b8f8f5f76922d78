"""``extery check``: all that reviewers would ask about, before they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.checked_paths import folder_of, html_of, project_folder, report_data, report_lines
from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import (
    LocalPath,
    output_options,
    parse_valid_tags_option,
    valid_tags_option,
)

if TYPE_CHECKING:
    from extery.author.fix import FixedFile
    from extery.cli.check_run import CheckResult, FixMode
    from extery.cli.output import Outcome, PrefixedProblem
    from extery.manifest.schemas.v1_0_0 import ValidTags

BASELINE = "extery-baseline.json"


@click.command("check", cls=OutcomeCommand, project_folder=project_folder)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=LocalPath(readable=False))
@click.option(
    "--for",
    "profile",
    type=click.Choice(["blender.org", "self-hosted"]),
    default="blender.org",
    show_default=True,
    help="The guidelines to check: those of extensions.blender.org, or only what a repository of one's own needs.",
)
@click.option(
    "--fix",
    "fixes",
    is_flag=True,
    help="Change the files where that removes a problem and keeps what the code does and the manifest says.",
)
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    help="The same, also where it is a guess, or the code or the package may do something else afterwards.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="Show what --fix or --unsafe-fixes would change, and change nothing.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=LocalPath(),
    help="Report only problems that are not in FILE, which --write-baseline writes.",
)
@click.option(
    "--write-baseline",
    is_flag=True,
    help=f"Write all problems of today to the file of --baseline, by default {BASELINE}.",
)
@output_options("html")
@click.option("--html", "as_html", is_flag=True, help="The same as --output-format html.")
@valid_tags_option
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
@click.pass_obj
def command(
    run: Run,
    paths: tuple[Path, ...],
    *,
    profile: str,
    fixes: bool,
    unsafe_fixes: bool,
    diff: bool,
    baseline: Path | None,
    write_baseline: bool,
    valid_tags: str | None,
    strict: bool,
    quiet: bool,
) -> Outcome:
    """Check folders and packages as a reviewer would, code and libraries included.

    PATH is a folder with a blender_manifest.toml or a zip; by default the current folder. Everything that `extery
    validate` reports is reported too. Code is read and never run. `extery rule CODE` explains a problem with examples.

    A comment '# extery: ignore[CODE] reason' suppresses a warning on its line. The exit status is 1 if there is an error.
    """
    from extery.cli.check_run import (
        FixMode,
        check_all,
        unused_silences,
        with_baseline,
        with_fixes,
    )

    mode = FixMode(fixes or unsafe_fixes, diff, unsafe_fixes)
    mode = mode._replace(writes=mode.writes and not diff)
    result = check_all(
        paths or (Path(),),
        run=run,
        profile=profile,
        mode=mode,
        valid_tags=_tags(valid_tags),
        hashed=run.output_format == "json",
    )
    problems = [problem for item in result.checked for problem in item.problems]
    problems = with_fixes(problems, result.fixes)
    problems += unused_silences(run.config, result.checked)
    problems, notes = with_baseline(
        problems,
        file=baseline or (_baseline_in(paths) if write_baseline else None),
        write=write_baseline,
    )
    outcome = _outcome(result, problems, notes, mode, is_quiet=quiet)
    return outcome._replace(
        ok=not any(strict or item.problem.is_error for item in problems),
        is_strict=strict,
        data=_data(result) if run.output_format == "json" else {},
    )


def _outcome(
    result: CheckResult,
    problems: Sequence[PrefixedProblem],
    notes: Sequence[str],
    mode: FixMode,
    *,
    is_quiet: bool,
) -> Outcome:
    """Return what the command prints; the caller decides whether it is a success."""
    from extery.cli.check_run import fixable_note
    from extery.cli.output import Outcome, pluralize

    checked, fixed = result.checked, result.fixed
    reports = [] if is_quiet else [line for one in checked for line in report_lines(one.report)]
    return Outcome(
        ok=True,
        summary=f"Checked {pluralize(len(checked), 'path')}.",
        problems=problems,
        silenced=[silenced for item in checked for silenced in item.silenced],
        lines=[*(_difference(fixed) if mode.shows else ()), *reports],
        notes=[*_fix_notes(fixed, mode), *notes, *fixable_note(problems, mode), *result.hints],
        problems_are_result=True,
        has_sources=True,
        is_quiet=is_quiet,
        html=lambda: html_of(checked),
    )


def _data(result: CheckResult) -> dict[str, Any]:
    return {
        "reports": [report_data(item) for item in result.checked],
        "fixed": [file.file for file in result.fixed],
    }


def _tags(valid_tags: str | None) -> ValidTags | None:
    return parse_valid_tags_option(valid_tags)


def _baseline_in(paths: tuple[Path, ...]) -> Path:
    return (folder_of(paths[0]) if len(paths) == 1 else Path()) / BASELINE


def _difference(fixed: list[FixedFile]) -> Iterator[str]:
    from extery.cli.output import styles
    from extery.cli.terminal import printable

    for file in fixed:
        for line in map(printable, file.diff()):
            if line.startswith(("+++", "---", "@@")):
                yield styles.bold(line)
            elif line.startswith("+"):
                yield styles.success(line)
            else:
                yield styles.severity(line, "error") if line.startswith("-") else line


def _fix_notes(fixed: list[FixedFile], mode: FixMode) -> Iterator[str]:
    from extery.cli.output import pluralize

    number = sum(len(file.fixes) for file in fixed)
    if not mode.is_on:
        return
    word = "Would fix" if mode.shows else "Fixed"
    yield f"{word} {pluralize(number, 'problem')} in {pluralize(len(fixed), 'file')}."
