"""``extery convert``: turn an old add-on into an extension."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options

if TYPE_CHECKING:
    from extery.author.convert.run import Conversion
    from extery.author.convert.values import Value
    from extery.cli.output import Outcome
    from extery.core.errors import Problem

#: Field of the manifest -> what to ask for.
_QUESTIONS = {
    "name": "Name",
    "version": "Version",
    "tagline": "Tagline, what it does",
    "maintainer": "Maintainer",
    "license": "Licence (SPDX)",
}


@click.command(
    "convert", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was converted."
)
@click.argument("source", type=LocalPath(readable=False))
@click.argument("destination", required=False, type=LocalPath(readable=False))
@click.option(
    "--add-on", metavar="NAME", help="The add-on to convert, if the source has several of them."
)
@click.option("--id", metavar="ID", help="The id, by default the name of the old folder or file.")
@click.option("--name", metavar="TEXT", help="The name that users read.")
@click.option("--version", metavar="VERSION", help="The version, such as 1.4.0.")
@click.option("--tagline", metavar="TEXT", help="What it does, in at most 64 characters.")
@click.option("--maintainer", metavar="TEXT", help="Name and address.")
@click.option("--license", metavar="SPDX", help="The licence, such as GPL-3.0-or-later.")
@click.option("--website", metavar="URL", help="Its page or documentation.")
@click.option("--tags", metavar="TAG,...", help="Blender's tags to find it by.")
@click.option(
    "--blender-version-min", metavar="VERSION", help="The first version of Blender, at least 4.2.0."
)
@click.option(
    "--blender-version-max", metavar="VERSION", help="The first version that it is not for."
)
@click.option("--dry-run", is_flag=True, help="Report what would be done, and write nothing.")
@click.option("--diff", is_flag=True, help="The same, with all changes of the files.")
@click.option(
    "--no-input", is_flag=True, help="Do not ask for what is not certain; take what is likely."
)
@output_options(project_file=False)
@click.pass_obj
def command(
    run: Run,
    /,
    source: Path,
    destination: Path | None,
    *,
    add_on: str | None,
    dry_run: bool,
    diff: bool,
    no_input: bool,
    **options: Any,
) -> Outcome:
    """Turn an add-on from before Blender 4.2 into an extension.

    SOURCE is a Python file, a folder or a zip with bl_info, or a .txz package of early 2024. It is read, never run and never
    changed. DESTINATION is a new folder, by default one with the id beside the source.

    The manifest is made from bl_info, headers and licence files. Imports of own modules become relative, the name of the
    add-on becomes __package__, removed names of Blender are replaced where that is certain, and a known self-updater is
    removed. The report says what was done and what is left to decide, each with its place. The exit status is 0 also if
    something is left to decide.
    """
    from extery.author.convert.run import convert

    writes = not (dry_run or diff)
    asks = writes and not no_input and sys.stdin.isatty() and sys.stderr.isatty()
    result = convert(
        source,
        destination,
        add_on=add_on,
        given=_given(options),
        writes=writes,
        ask=_ask if asks else None,
    )
    return _outcome(result, run, writes=writes, shows_diff=diff)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the manifest that options give; a version of Blender may lack its last number."""
    found = {name: value for name, value in options.items() if value is not None}
    for name in ("blender_version_min", "blender_version_max"):
        if re.fullmatch(r"\d+\.\d+", found.get(name, "")):
            found[name] += ".0"
    if "tags" in found:
        found["tags"] = [tag.strip() for tag in found["tags"].split(",") if tag.strip()]
    return found


def _ask(value: Value, problems_of: Callable[[str], list[Problem]]) -> str:
    from extery.cli.prompts import ask_until_valid
    from extery.core.licenses import PREFIX

    default = value.value[0] if isinstance(value.value, list) else value.value
    default = default.removeprefix(PREFIX)
    question = f"{_QUESTIONS[value.field]} ({value.source})"
    return ask_until_valid(question, problems_of, default=default)


def _outcome(result: Conversion, run: Run, *, writes: bool, shows_diff: bool) -> Outcome:
    from extery.cli.convert_report import report_lines
    from extery.cli.output import Outcome, prefix_problems
    from extery.cli.terminal import printable

    folder = result.folder
    problems = prefix_problems(result.decisions, f"{_relative(folder)}/")
    steps = [f"cd {shlex.quote(str(_relative(folder)))}", "extery check", "extery test"]
    word = "Converted" if writes else "Would convert"
    summary = f"{word} {result.source} to the extension {result.plan.id}."
    if writes:
        summary += f" Next: {', '.join(steps)}."
    is_text = run.output_format == "text"
    return Outcome(
        ok=True,
        summary=printable(summary),
        problems=problems,
        problems_are_printed=True,
        lines=list(report_lines(result, problems, _relative(folder), shows_diff=shows_diff))
        if is_text
        else [],
        data={
            **result.as_dict(),
            "folder": str(folder),
            "written": writes,
            "next": steps if writes else [],
            "diff": list(result.diff()) if shows_diff else [],
        }
        if run.output_format == "json"
        else {},
        problems_are_result=True,
    )


def _relative(folder: Path) -> Path:
    """Return the folder as seen from the current one, if it is below it."""
    try:
        return folder.absolute().relative_to(Path.cwd())
    except ValueError:
        return folder
