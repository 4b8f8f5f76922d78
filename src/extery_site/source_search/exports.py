"""Results of a search as CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from extery_site.source_search.results import Place
from extery_site.ui.addresses import absolute

COLUMNS = (
    *("extension", "name", "version", "state", "package", "file", "line", "lines"),
    *("what", "symbol", "text", "downloads", "url"),
)
#: Spreadsheets take a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_row(place: Place, request: HttpRequest) -> dict[str, Any]:
    """Return a result with the members `COLUMNS`."""
    extension = place.extension
    return {
        "extension": extension.extension_id,
        "name": extension.name,
        "version": place.version.number,
        "state": place.state,
        "package": place.package,
        "file": place.path,
        "line": place.line,
        "lines": place.count,
        "what": place.what,
        "symbol": place.symbol,
        "text": place.snippet,
        "downloads": extension.download_count,
        "url": absolute(request, place.source_url),
    }


def as_csv(places: Iterable[Place], request: HttpRequest) -> str:
    """Return results as CSV with a head; cells that a spreadsheet would calculate begin with ``'``."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for place in places:
        row = as_row(place, request)
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
