"""Results of a search as CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from extery_site.source_search.results import Place
from extery_site.ui.addresses import absolute
from extery_site.ui.csv_rows import csv_lines

COLUMNS = (
    *("extension", "name", "version", "state", "package", "file", "line", "lines"),
    *("what", "symbol", "text", "downloads", "url"),
)


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
    """Return results as CSV with a head."""
    return "".join(csv_lines(COLUMNS, (as_row(place, request).values() for place in places)))
