"""Exports rows of the audit log as CSV and JSON Lines, row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from extery_site.audit.models import AuditEntry
from extery_site.ui import csv_rows

#: The columns of an export, in order.
COLUMNS = (
    *("id", "time", "action", "by", "by_id", "role", "through", "concerns", "concerns_id"),
    *("extension", "extension_name", "version", "subject", "page", "reason", "details"),
)


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


def csv_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield the lines of a CSV file with a header."""
    return csv_rows.csv_lines(COLUMNS, map(_cells, entries))


def _cells(entry: AuditEntry) -> Iterable[Any]:
    values = values_of(entry)
    values["details"] = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
    return values.values()


def json_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield a JSON object in a line for each entry."""
    for entry in entries:
        yield json.dumps(values_of(entry), ensure_ascii=False) + "\n"


#: For the name of each format: its media type, and the function that returns its lines.
FORMATS: dict[str, tuple[str, Callable[[Iterable[AuditEntry]], Iterator[str]]]] = {
    "csv": (csv_rows.MEDIA_TYPE, csv_lines),
    "jsonl": ("application/jsonl; charset=utf-8", json_lines),
}
