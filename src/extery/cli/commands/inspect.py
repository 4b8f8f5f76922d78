"""``extery inspect``: what an extension adds to Blender and what it uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome


@click.command(
    "inspect", cls=OutcomeCommand, project_folder=None, on_failure="There is nothing to show."
)
@click.argument("path", metavar="[PATH]", required=False, type=LocalPath(readable=False))
@click.option("--all", "show_all", is_flag=True, help="Show all entries of long lists.")
@output_options("html", project_file=False, for_problems=False)
@click.option("--html", "as_html", is_flag=True, help="The same as --output-format html.")
@click.pass_obj
def command(run: Run, path: Path | None, *, show_all: bool) -> Outcome:
    """Show what an extension adds to Blender and what it uses.

    PATH is a package or a folder, by default the current one; also a folder, a zip or a Python file of an older add-on without a
    manifest. Code is read and never run. What is only known at run time is shown as (computed). The exit status is 1 if PATH cannot be opened.
    """
    from extery.author.inspect import inspect_path
    from extery.cli.inspect_report import inspect_html, inspect_lines
    from extery.cli.output import Outcome, pluralize, prefix_problems

    inventory, problems, prefix = inspect_path(path or Path())
    if inventory is None:
        return Outcome(False, "There is nothing to show.", prefix_problems(problems, prefix))
    is_json = run.output_format == "json"
    number = len(inventory.entries)
    return Outcome(
        ok=not problems.errors,
        summary=f"Found {pluralize(number, 'entry')} in {pluralize(len(inventory.files), 'file')}.",
        problems=prefix_problems(problems, prefix),
        lines=[]
        if run.output_format != "text"
        else list(inspect_lines(inventory, show_all=show_all)),
        data={"inventory": inventory.as_dict()} if is_json else {},
        html=lambda: inspect_html(inventory),
    )
