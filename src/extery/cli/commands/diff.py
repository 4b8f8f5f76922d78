"""``extery diff``: what a new version of an extension changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from extery.cli.command import OutcomeCommand, Run
from extery.cli.options import LocalPath, output_options

if TYPE_CHECKING:
    from extery.cli.output import Outcome
    from extery.inventory.compare import Comparison


@click.command("diff", cls=OutcomeCommand, project_folder=None, on_failure="Nothing was compared.")
@click.argument("old", metavar="OLD", type=LocalPath(readable=False))
@click.argument("new", metavar="NEW", type=LocalPath(readable=False))
@click.option("--text", "with_text", is_flag=True, help="Show the changed lines of text files.")
@click.option("--all", "show_all", is_flag=True, help="Show all changes of long lists.")
@click.option("--exit-code", is_flag=True, help="Exit with status 1 if there are differences.")
@output_options("html", project_file=False, for_problems=False)
@click.option("--html", "as_html", is_flag=True, help="The same as --output-format html.")
@click.pass_obj
def command(
    run: Run, old: Path, new: Path, *, with_text: bool, show_all: bool, exit_code: bool
) -> Outcome:
    """Show what a new version of an extension changes: what it may do, what it adds, and its files.

    OLD and NEW are packages or folders, also of older add-ons. New permissions, hosts, programs, wheels and native code come first. Code is read
    and never run. The exit status is 1 if one of them cannot be opened.
    """
    from extery.author.inspect import inspect_path
    from extery.author.text_diff import text_diffs
    from extery.cli.diff_report import diff_html, diff_lines
    from extery.cli.output import Outcome, prefix_problems
    from extery.inventory.compare import compare

    before, after = inspect_path(old), inspect_path(new)
    problems = [
        *prefix_problems(before.problems, before.prefix),
        *prefix_problems(after.problems, after.prefix),
    ]
    if before.inventory is None or after.inventory is None:
        return Outcome(False, "Nothing was compared.", problems)
    comparison = compare(before.inventory, after.inventory)
    texts = text_diffs(comparison) if with_text else []
    is_json = run.output_format == "json"
    data = comparison.as_dict()
    if with_text:
        data["texts"] = [
            {"path": one.path, "lines": list(one.lines), "reason": one.reason or None}
            for one in texts
        ]
    has_errors = any(item.problem.is_error for item in problems)
    return Outcome(
        ok=not has_errors and (comparison.is_empty or not exit_code),
        summary=_summary(comparison),
        problems=problems,
        lines=[]
        if run.output_format != "text" or comparison.is_empty
        else list(diff_lines(comparison, texts, show_all=show_all)),
        data={"comparison": data} if is_json else {},
        html=lambda: diff_html(comparison, texts),
    )


def _summary(comparison: Comparison) -> str:
    from extery.cli.output import pluralize

    if comparison.is_empty:
        return "No differences."
    files = pluralize(len(comparison.files), "file")
    review = len(comparison.to_review) + len(comparison.changed_native_files)
    review += len(comparison.newly_unread)
    parts = [f"{files} and {pluralize(len(comparison.entries), 'entry')} differ"]
    parts += [f"{pluralize(review, 'change')} to review"] if review else []
    return f"{'; '.join(parts)}."
