"""CSV files with values from users: rows are written one by one, and no cell is a formula for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

MEDIA_TYPE = "text/csv; charset=utf-8"
#: How a cell begins that a spreadsheet would calculate.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file for `csv` that returns each line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file with a header; texts that look like formulas begin with an apostrophe."""
    write = csv.writer(_Line()).writerow
    yield str(write(columns))
    for row in rows:
        yield str(write([_safe(value) for value in row]))


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
