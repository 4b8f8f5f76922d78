"""The watched searches that a version matches, for its review and its risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from extery_site.catalog.models import Package, Version
from extery_site.source_search.models import Match, PackageFile, Search, SymbolUse
from extery_site.source_search.results import path_matches, symbol_condition
from extery_site.source_search.symbol_patterns import module_of, symbol_matches

#: Places that are shown for a search.
MAX_PLACES = 5
#: Places that are read of a version.
_MAX_ROWS = 2_000


@dataclass(frozen=True)
class WatchedPlace:
    """A line of a file; ``text`` is the line, or the symbol in it."""

    key: int
    path: str
    line: int
    text: str

    @property
    def url(self) -> str:
        return (
            f"{reverse('source_search:source', args=[self.key])}?line={self.line}#line-{self.line}"
        )


@dataclass(frozen=True)
class WatchedMatch:
    """A watched search that a version matches."""

    search: Search
    places: list[WatchedPlace]

    @property
    def shown(self) -> list[WatchedPlace]:
        return self.places[:MAX_PLACES]

    @property
    def more(self) -> int:
        return len(self.places) - len(self.shown)


def watched_matches(version: Version) -> list[WatchedMatch]:
    """Return the watched searches that the packages of a version match, in at most four queries."""
    searches = [
        search
        for search in Search.objects.watched().select_related("owner")
        if not search.type or search.type == version.extension.type
    ]
    if any(search.tag for search in searches):
        tags = set(version.extension.tags.values_list("slug", flat=True))
        searches = [search for search in searches if not search.tag or search.tag in tags]
    if not searches:
        return []
    found: dict[int, dict[tuple[str, int], WatchedPlace]] = defaultdict(dict)
    for search, place in [*_expressions(version, searches), *_symbols(version, searches)]:
        if path_matches(search.file_pattern, place.path):
            found[search.pk].setdefault((place.path, place.line), place)
    return [
        WatchedMatch(search, list(found[search.pk].values()))
        for search in searches
        if search.pk in found
    ]


@dataclass(frozen=True)
class IndexState:
    """Whether all packages of a version are in the index, and sentences about what is not searched."""

    is_complete: bool
    limits: list[str]


def index_state(version: Version) -> IndexState:
    """Return what the index has of the current packages of a version."""
    packages = {package.sha256 for package in version.packages.all()}
    indexed = version.indexed_packages.filter(sha256__in=packages)
    rows = list(indexed.values_list("sha256", "limits"))
    return IndexState(
        is_complete=packages <= {sha256 for sha256, _ in rows},
        limits=list(dict.fromkeys(limit for _, limits in rows for limit in limits)),
    )


def _places(version: Version) -> QuerySet[PackageFile]:
    """Return the files of the current packages of a version."""
    current = Package.objects.filter(version=version, sha256=OuterRef("package__sha256"))
    return PackageFile.objects.filter(Exists(current), package__version=version)


def _expressions(
    version: Version, searches: Iterable[Search]
) -> Iterator[tuple[Search, WatchedPlace]]:
    wanted = {search.pk: search for search in searches if search.is_regex}
    if not wanted:
        return
    rows: Any = Match.objects.filter(
        search__in=wanted, file__places__in=_places(version)
    ).values_list("search", "file__places", "file__places__path", "line", "snippet")
    for search, *place in rows.order_by("file__places__path", "line")[:_MAX_ROWS]:
        yield wanted[search], WatchedPlace(*place)


def _symbols(version: Version, searches: Iterable[Search]) -> Iterator[tuple[Search, WatchedPlace]]:
    wanted = [search for search in searches if not search.is_regex]
    if not wanted:
        return
    condition = reduce(or_, (symbol_condition(search, "symbol__") for search in wanted), Q())
    rows: Any = SymbolUse.objects.filter(condition, file__places__in=_places(version)).values_list(
        *("symbol__kind", "symbol__name", "file__places__package__bundled"),
        *("file__places", "file__places__path", "line"),
    )
    for kind, name, bundled, key, path, line in rows.order_by("file__places__path", "line")[
        :_MAX_ROWS
    ]:
        for search in wanted:
            if not symbol_matches(search.query, name) or search.symbol_kind not in ("", kind):
                continue
            if search.not_bundled and f" {module_of(search.query)} " in bundled:
                continue
            yield search, WatchedPlace(key, path, line, name)
