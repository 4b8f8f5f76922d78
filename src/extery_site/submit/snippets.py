"""Lines of code around a finding, from the texts that the source search has of the package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from extery_site.moderation.findings import FindingPlace
from extery_site.source_search.models import PackageFile

#: Lines before and after the one of the finding, and characters of a line that are shown.
_AROUND = 2
_MAX_LINE = 300
#: Findings of a page that have a snippet.
MAX_SNIPPETS = 40


class SnippetLine(NamedTuple):
    """A line of a snippet."""

    number: int
    text: str
    is_found: bool


def snippets_of(places: Iterable[FindingPlace]) -> dict[FindingPlace, list[SnippetLine]]:
    """Return the lines around places, in one query; none for texts that the site does not have (yet)."""
    wanted = list(places)[:MAX_SNIPPETS]
    rows = PackageFile.objects.filter(
        package__sha256__in={place.package for place in wanted},
        path__in={place.file for place in wanted},
        file__content__isnull=False,
    ).select_related("package", "file__content")
    texts = {(row.package.sha256, row.path): row for row in rows}
    found = {}
    for place in wanted:
        row = texts.get((place.package, place.file))
        if row is not None:
            found[place] = _around(row.file.content.utf8.decode("utf-8", "replace"), place.line)
    return found


def _around(text: str, line: int) -> list[SnippetLine]:
    lines = text.splitlines()
    start = max(0, line - 1 - _AROUND)
    return [
        SnippetLine(number, content[:_MAX_LINE], number == line)
        for number, content in enumerate(lines[start : line + _AROUND], start=start + 1)
    ]
