"""The report of `extery convert` as text: the manifest, what was changed, and what is left to decide."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extery.cli.output import PrefixedProblem, pluralize, styles
from extery.cli.output.text import render_problems
from extery.cli.terminal import printable, width_of

if TYPE_CHECKING:
    from extery.author.convert.run import Conversion, FileReport

#: Changes of one kind in a file, and files that were left out, that are listed in full.
MAX_SIMILAR = 6
_CERTAINTIES = {"guessed": " (guessed)", "missing": " (assumed)"}
_REASONS = {
    "generated": "made by a program",
    "link": "a link",
    "special": "no ordinary file",
    "outside": "not a part of the add-on",
}


def report_lines(
    result: Conversion,
    problems: Sequence[PrefixedProblem],
    folder: Path,
    *,
    shows_diff: bool,
) -> Iterator[str]:
    """Yield the lines of the report, or of the difference."""
    if shows_diff:
        yield from map(_diff_line, result.diff())
        yield ""
    else:
        yield from _manifest_lines(result, folder)
        yield from _file_lines(result)
    if problems:
        yield styles.bold("To decide")
        yield from render_problems(
            problems, width=width_of(sys.stdout), has_sources=folder.exists()
        )


def _diff_line(line: str) -> str:
    line = printable(line)
    if line.startswith(("+++", "---", "@@")):
        return styles.bold(line)
    if line.startswith("+"):
        return styles.success(line)
    return styles.severity(line, "error") if line.startswith("-") else line


def _manifest_lines(result: Conversion, folder: Path) -> Iterator[str]:
    yield styles.bold(printable(f"{folder}/blender_manifest.toml"))
    if result.plan.keeps_manifest:
        yield "  kept as it is"
        yield ""
        return
    width = max(len(field) for field in result.plan.values)
    for one in result.plan.values.values():
        text = f"  {one.field:<{width}}  {_shown(one.value)}"
        source = f"  from {one.source}{_CERTAINTIES.get(one.certainty, '')}"
        yield printable(text) + styles.dim(printable(source))
    for key, text in result.plan.lost.items():
        yield printable(f"  {key:<{width}}  {text}") + styles.dim(
            "  is in no field of the manifest"
        )
    yield ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text}" for key, text in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _file_lines(result: Conversion) -> Iterator[str]:
    changed = result.changed_files
    if changed:
        yield styles.bold("Changed")
        for one in changed:
            yield from _changed_lines(one)
        yield ""
    removed = sorted(result.plan.code.removed)
    if removed:
        yield styles.bold("Removed")
        yield from (printable(f"  {path}  a self-updater") for path in removed)
        yield ""
    left_out = result.plan.layout.left_out
    if left_out:
        yield styles.bold("Left out")
        yield from (
            printable(f"  {one.path}  {_REASONS[one.reason]}") for one in left_out[:MAX_SIMILAR]
        )
        if left_out[MAX_SIMILAR:]:
            yield f"  and {len(left_out) - MAX_SIMILAR} more"
        yield ""


def _changed_lines(one: FileReport) -> Iterator[str]:
    name = one.source.rpartition("/")[2]
    was = f" (was {name})" if name != one.path.rpartition("/")[2] else ""
    yield printable(f"  {one.path}{was}")
    by_kind: dict[str, list[Any]] = {}
    for change in one.changes:
        by_kind.setdefault(change.kind, []).append(change)
    shown = [change for group in by_kind.values() for change in group[:MAX_SIMILAR]]
    width = max((len(str(change.line)) for change in shown), default=0)
    for change in sorted(shown):
        yield printable(f"    {change.line:>{width}}  {change.text}")
    for kind, group in by_kind.items():
        if more := group[MAX_SIMILAR:]:
            yield f"    {' ' * width}  and {pluralize(len(more), f'more {kind}')}"
