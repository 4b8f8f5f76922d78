"""``extery check``: all that reviewers would ask about, before they do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.checked_paths import (
    folder_of,
    html_of,
    located,
    project_folder,
    report_data,
    report_lines,
)
from extery.cli.command import OutcomeCommand, Run, config_in, silence
from extery.cli.options import LocalPath, output_options, parse_valid_tags_option, valid_tags_option

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.cli.output.outcome import CheckedPath


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
    valid_tags: str | None,
    strict: bool,
    quiet: bool,
) -> Outcome:
    """Check folders and packages as a reviewer would, code and libraries included.

    PATH is a folder with a blender_manifest.toml or a zip; by default the current folder. Everything that `extery
    validate` reports is reported too. Code is read and never run. The exit status is 1 if there is an error.
    """
    from extery.author.validate import check_path
    from extery.cli.output import Outcome, pluralize
    from extery.cli.output.outcome import CheckedPath
    from extery.rules.profiles import Profile

    tags = parse_valid_tags_option(valid_tags)
    is_json = run.output_format == "json"
    checked: list[CheckedPath] = []
    for path in paths or (Path(),):
        report = check_path(path, profile=Profile(profile), valid_tags=tags, hashed=is_json)
        config = run.config if len(paths) <= 1 else config_in(folder_of(path))
        checked.append(CheckedPath(report, *silence(located(report), config.silenced)))
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
