"""The output of ``extery diff``: what a reviewer should look at comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from extery.author.text_diff import TextDiff
from extery.cli.inspect_report import REASONS, title_of
from extery.cli.inventory_text import details_of, name_of, value_text
from extery.cli.output import styles
from extery.cli.output.sections import Section, section_lines, section_of, sections_html
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
_DIFFERENT = "These are different extensions."
_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": ">"}


def diff_lines(
    comparison: Comparison, texts: Sequence[TextDiff], *, show_all: bool
) -> Iterator[str]:
    """Yield the lines for a comparison; sections have at most `MAX_ROWS` rows unless ``show_all``."""
    old, new = comparison.old, comparison.new
    yield f"{styles.bold(printable(title_of(old)))} -> {styles.bold(printable(title_of(new)))}"
    if old.id != new.id:
        yield styles.severity(_DIFFERENT, "warning")
    yield from section_lines(_sections(comparison, None if show_all else MAX_ROWS))
    for diff in texts:
        yield from _text_diff(diff)


def diff_html(comparison: Comparison, texts: Sequence[TextDiff]) -> str:
    """Return a comparison as an HTML page, with all rows."""
    title = f"{title_of(comparison.old)} -> {title_of(comparison.new)}"
    lines = [] if comparison.old.id == comparison.new.id else [_DIFFERENT]
    lines += ["No differences."] if comparison.is_empty else []
    listings = [
        (one.path, [f"not compared: {one.reason}"] if one.reason else one.lines) for one in texts
    ]
    return sections_html(title, lines, _sections(comparison, None), listings)


def _sections(comparison: Comparison, limit: int | None) -> Iterator[Section]:
    review = section_of("To review", _review_rows(comparison), limit)
    yield review._replace(is_warning=True)
    yield section_of("Permissions", map(_permission_row, comparison.permissions), limit)
    yield section_of("Manifest", map(_value_row, comparison.manifest), limit)
    for kind, changes in comparison.kinds():
        yield section_of(kind.title, map(_entry_row, changes), limit)
    yield section_of(_files_title(comparison), map(_file_row, comparison.files), limit)
    yield section_of("Not analysed", _unread_rows(comparison), limit)


def _review_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    """Yield the changes that could matter most, in one list."""
    for one in comparison.to_review:
        word = "new" if one.change == "added" else "changed"
        if isinstance(one, PermissionChange):
            yield f"{word} permission", one.name, _reason(one)
        else:
            noun = BY_NAME[one.entry.kind].noun
            yield f"{word} {noun}", name_of(one.entry), _details(one)
    for path in comparison.changed_native_files:
        yield "changed native code", path, "other contents"
    for unread in comparison.newly_unread:
        yield "not analysed", unread.path, REASONS.get(unread.reason, unread.reason)


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
    if one.name in ("values", "arguments"):  # digests
        return f"other {one.name}"
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


def _unread_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for side, inventory in (("old", comparison.old), ("new", comparison.new)):
        for one in inventory.unread:
            yield side, one.path, REASONS.get(one.reason, one.reason)


def _text_diff(diff: TextDiff) -> Iterator[str]:
    yield ""
    if diff.reason:
        yield f"{printable(diff.path)}: not compared: {diff.reason}"
        return
    for line in diff.lines:
        text = "\t".join(map(printable, line.split("\t")))
        is_heading = line.startswith(("+++", "---", "@@"))
        yield styles.bold(text) if is_heading else styles.changed_line(text)
