"""Tables as text: columns as wide as their content, and the last as wide as the terminal allows."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from extery.cli.terminal import is_interactive, printable, width_of

_GAP = "  "
#: Columns other than the last are cut at this width.
MAX_COLUMN = 40
MIN_LAST = 20


def table_lines(
    rows: Sequence[Sequence[str]], *, heading: Sequence[str] = (), indent: int = 0
) -> list[str]:
    """Return the rows as lines. Only a terminal cuts the last column; a file or a pipe gets it whole.

    The cells may be untrusted texts. The heading is left out without rows.
    """
    if not rows:
        return []
    width = width_of(sys.stdout) - indent if is_interactive(sys.stdout) else 0
    return layout_table([heading, *rows] if heading else rows, width=width)


def layout_table(rows: Sequence[Sequence[str]], *, width: int) -> list[str]:
    """Return the rows as lines of at most ``width`` columns, of any length for 0."""
    cells = [_clean_row(row) for row in rows]
    widths = [
        min(max(map(len if "".join(column).isascii() else display_width, column)), MAX_COLUMN)
        for column in zip(*(row[:-1] for row in cells), strict=True)
    ]
    left = max(width - sum(widths) - len(_GAP) * len(widths), MIN_LAST) if width else 0
    lines = []
    simple = _GAP.join(f"%-{size}s" for size in [*widths, 0])
    for row in cells:
        if not left and "".join(row).isascii():  # thousands, in a pipe
            lines.append((simple % tuple(row)).rstrip())
            continue
        parts = [_padded(cell, size, width) for cell, size in zip(row, widths, strict=False)]
        last = cut(row[-1], left) if left else row[-1]
        lines.append(_GAP.join([*parts, last]).rstrip())
    return lines


def _clean_row(row: Sequence[str]) -> Sequence[str]:
    text = "".join(row)
    if text.isascii() and text.isprintable():  # nearly all of thousands
        return row
    return [printable(cell) for cell in row]


def _padded(text: str, size: int, width: int) -> str:
    if width:
        text = cut(text, MAX_COLUMN)
    return text.ljust(size) if text.isascii() else text + " " * (size - display_width(text))


def display_width(text: str) -> int:
    """Return the columns of a text in a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def cut(text: str, width: int) -> str:
    """Return the text, cut off with a mark if it has more than ``width`` columns."""
    if display_width(text) <= width:
        return text
    while display_width(text) >= width:
        text = text[: min(len(text) - 1, width)]
    return f"{text.rstrip()}…"
