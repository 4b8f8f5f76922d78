"""The text of ``extery diff``: what a reviewer should look at comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from extery.author.text_diff import TextDiff
from extery.cli.inspect_report import REASONS, title_of
from extery.cli.inventory_text import details_of, name_of, value_text
from extery.cli.output import styles
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable
from extery.core.files import format_size
from extery.inventory.compare import (
    Comparison,
    EntryChange,
    FileChange,
    PermissionChange,
    ValueChange,
)
from extery.inventory.kinds import BY_NAME

#: Rows of a section without --all.
MAX_ROWS = 15
_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}


def diff_lines(
    comparison: Comparison, texts: Sequence[TextDiff], *, show_all: bool
) -> Iterator[str]:
    """Yield the lines for a comparison; sections have at most `MAX_ROWS` rows unless ``show_all``."""
    limit = None if show_all else MAX_ROWS
    old, new = comparison.old, comparison.new
    yield f"{styles.bold(printable(title_of(old)))} -> {styles.bold(printable(title_of(new)))}"
    if old.id != new.id:
        yield styles.severity("These are different extensions.", "warning")
    yield from _review(comparison, limit)
    yield from _section("Permissions", map(_permission_row, comparison.permissions), limit)
    yield from _section("Manifest", map(_value_row, comparison.manifest), limit)
    for kind, changes in comparison.kinds():
        yield from _section(kind.title, map(_entry_row, changes), limit)
    yield from _section(_files_title(comparison), map(_file_row, comparison.files), limit)
    yield from _unread(comparison)
    for diff in texts:
        yield from _text_diff(diff)


def _review(comparison: Comparison, limit: int | None) -> Iterator[str]:
    """Yield the changes that could matter most, in one list."""
    rows = []
    for one in comparison.to_review:
        if isinstance(one, PermissionChange):
            text = f"{'new' if one.change == 'added' else 'changed'} permission"
            rows.append((text, one.name, _reason(one)))
        else:
            noun = BY_NAME[one.entry.kind].noun
            text = f"{'new' if one.change == 'added' else 'changed'} {noun}"
            rows.append((text, name_of(one.entry), _details(one)))
    if not rows:
        return
    yield ""
    yield styles.severity("To review", "warning")
    yield from _rows(rows, limit)


def _section(title: str, rows: Iterable[tuple[str, str, str]], limit: int | None) -> Iterator[str]:
    found = list(rows)
    if not found:
        return
    yield ""
    yield styles.bold(title)
    yield from _rows(found, limit)


def _rows(rows: Sequence[tuple[str, str, str]], limit: int | None) -> Iterator[str]:
    yield from (f"  {line}" for line in table_lines(rows[:limit], indent=2))
    if limit is not None and len(rows) > limit:
        yield f"  {styles.dim(f'… and {len(rows) - limit} more (--all shows them)')}"


def _permission_row(one: PermissionChange) -> tuple[str, str, str]:
    return _MARKS[one.change], one.name, _reason(one)


def _reason(one: PermissionChange) -> str:
    old = one.old.reason if one.old else None
    new = one.new.reason if one.new else None
    return f"{old} -> {new}" if one.change == "changed" else new or old or ""


def _value_row(one: ValueChange) -> tuple[str, str, str]:
    if one.old is None:
        return "+", one.name, _text(one.new)
    if one.new is None:
        return "-", one.name, _text(one.old)
    return "~", one.name, f"{_text(one.old)} -> {_text(one.new)}"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value)) or "(none)"
    return "(computed)" if value is None else str(value)


def _entry_row(one: EntryChange) -> tuple[str, str, str]:
    return _MARKS[one.change], name_of(one.entry), _details(one)


def _details(one: EntryChange) -> str:
    """Return what is new or gone with its place, or which fields differ."""
    if one.change != "changed":
        return f"{details_of(one.entry)} [{one.entry.place}]".lstrip()
    return ", ".join(map(_field, one.fields))


def _field(one: ValueChange) -> str:
    if isinstance(one.old, tuple) and isinstance(one.new, tuple):
        gone = [f"-{item}" for item in one.old if item not in one.new]
        come = [f"+{item}" for item in one.new if item not in one.old]
        return f"{one.name}: {', '.join([*come, *gone]) or 'in another order'}"
    if one.name == "size":
        sizes = [format_size(v) if isinstance(v, int) else "missing" for v in (one.old, one.new)]
        return f"size: {sizes[0]} -> {sizes[1]}"
    return f"{one.name}: {value_text(one.old) or '(none)'} -> {value_text(one.new) or '(none)'}"


def _files_title(comparison: Comparison) -> str:
    old, new = comparison.old.size, comparison.new.size
    return f"Files ({format_size(old)} -> {format_size(new)})"


def _file_row(one: FileChange) -> tuple[str, str, str]:
    if one.change == "renamed":
        assert one.old is not None
        return _MARKS[one.change], one.path, f"was {one.old.path}"
    sizes = [format_size(file.size) for file in (one.old, one.new) if file is not None]
    return _MARKS[one.change], one.path, " -> ".join(dict.fromkeys(sizes))


def _unread(comparison: Comparison) -> Iterator[str]:
    rows = [
        (side, one.path, REASONS.get(one.reason, one.reason))
        for side, inventory in (("old", comparison.old), ("new", comparison.new))
        for one in inventory.unread
    ]
    yield from _section("Not analysed", rows, None)


def _text_diff(diff: TextDiff) -> Iterator[str]:
    yield ""
    if diff.reason:
        yield f"{printable(diff.path)}: not compared: {diff.reason}"
        return
    for line in diff.lines:
        text = "\t".join(map(printable, line.split("\t")))
        is_heading = line.startswith(("+++", "---", "@@"))
        yield styles.bold(text) if is_heading else styles.changed_line(text)
