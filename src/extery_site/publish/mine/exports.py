"""The numbers of downloads as CSV and JSON, row by row: a day or a month, a version, a Blender and a platform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from extery_site.statistics.queries import Keys, all_rows
from extery_site.ui.csv_rows import csv_lines

COLUMNS = ("since", "period", "extension", "version", "blender", "platform", "downloads")
#: Rows of a file: more than the busiest author has, so that none takes a worker for minutes.
MAX_ROWS = 500_000


def rows_of(extensions: Keys, *, limit: int = MAX_ROWS) -> Iterator[dict[str, Any]]:
    """Yield rows as dictionaries with the members `COLUMNS`, the newest first."""
    for row in all_rows(extensions)[:limit].iterator(chunk_size=2000):
        yield {
            "since": row["since"].isoformat(),
            "period": "month" if row["is_month"] else "day",
            "extension": row["extension__extension_id"],
            "version": row["version"],
            "blender": row["blender"],
            "platform": row["platform"],
            "downloads": row["number"],
        }


def as_csv(extensions: Keys) -> Iterator[str]:
    """Yield the lines of a CSV file."""
    return csv_lines(COLUMNS, (row.values() for row in rows_of(extensions)))


def as_json(extensions: Keys) -> Iterator[str]:
    """Yield the parts of a JSON document: a list of objects."""
    before = "[\n"
    for row in rows_of(extensions):
        yield before + json.dumps(row, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"
