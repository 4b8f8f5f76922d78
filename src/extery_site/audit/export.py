"""Exports rows of the audit log as CSV and JSON Lines, row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from extery_site.audit.models import AuditEntry

#: The columns of an export, in order.
COLUMNS = (
    *("id", "time", "action", "by", "by_id", "role", "through", "concerns", "concerns_id"),
    *("extension", "extension_name", "version", "subject", "page", "reason", "details"),
)
#: How a cell begins that a spreadsheet would calculate.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def values_of(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as data, with the names of `COLUMNS`."""
    values = (
        entry.pk,
        entry.created_at.isoformat(),
        entry.action,
        entry.actor_name,
        entry.actor_id,
        entry.actor_role,
        entry.origin,
        entry.person_name,
        entry.person_id,
        entry.extension_key,
        entry.extension_name,
        entry.version_number,
        entry.subject,
        entry.path,
        entry.text,
        entry.details,
    )
    return dict(zip(COLUMNS, values, strict=True))


class _Line:
    """A file for `csv` that returns each line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield the lines of a CSV file with a header; texts that look like formulas begin with an apostrophe."""
    write = csv.writer(_Line()).writerow
    yield str(write(COLUMNS))
    for entry in entries:
        values = values_of(entry)
        values["details"] = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
        yield str(write([_safe(value) for value in values.values()]))


def json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield a JSON object in a line for each entry."""
    for entry in entries:
        yield json.dumps(values_of(entry), ensure_ascii=False) + "\n"


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


#: For the name of each format: its media type, and the function that returns its lines.
FORMATS: dict[str, tuple[str, Callable[[Iterable[AuditEntry]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "jsonl": ("application/jsonl; charset=utf-8", json_lines),
}
