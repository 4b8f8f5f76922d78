"""The matches of a search by extension, version and file, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from extery_site.catalog.models import Extension, Package, Version
from extery_site.source_search.expressions import snippet_of_line
from extery_site.source_search.models import PackageFile, Search, SourceText
from extery_site.source_search.symbol_patterns import module_of, names_like
from extery_site.source_search.symbols import SymbolKind

#: Places that pages count and exports contain.
MAX_PLACES = 10_000
#: Texts that are read at once for snippets.
_BATCH = 100

_Status = Version.Status
_IN_REVIEW = (
    _Status.IN_REVIEW,
    _Status.CHANGES_REQUESTED,
    _Status.ON_HOLD,
    _Status.COOLING_DOWN,
)
#: Filters of the page of results; without them, those of the search.
FILTERS = ("scope", "file_pattern", "type", "tag")


@dataclass(frozen=True)
class Filters:
    """Which places of the matching texts are results."""

    scope: str = Search.Scope.LISTED
    file_pattern: str = ""
    type: str = ""
    tag: str = ""

    @classmethod
    def of(cls, search: Search, values: Mapping[str, Any] | None = None) -> Filters:
        """Return the filters of a search, with those that ``values`` has instead."""
        wanted = {name: getattr(search, name) for name in FILTERS}
        for name in FILTERS:
            if values is not None and name in values:
                wanted[name] = str(values[name])[:100].replace("\0", "")
        if wanted["scope"] not in Search.Scope.values:
            wanted["scope"] = search.scope
        return cls(**wanted)


@dataclass(frozen=True)
class Place:
    """A line of a file of a version that matches; ``count`` lines of the file do."""

    key: int
    """The key of its `PackageFile`."""
    version: Version
    package: str
    path: str
    line: int
    count: int
    what: str
    """What the symbol is there, such as ``Called``; empty for an expression."""
    symbol: str
    snippet: str
    is_current: bool
    """Whether the package is one of its version; otherwise it was replaced before the decision."""

    @property
    def extension(self) -> Extension:
        return self.version.extension

    @property
    def state(self) -> str:
        """``Listed``, ``Older``, ``Replaced build``, or the status of the version or the extension."""
        version, extension = self.version, self.version.extension
        if not self.is_current:
            return "Replaced build"
        if extension.status in (Extension.Status.BLOCKED, Extension.Status.DELETED):
            return Extension.Status(extension.status).label
        if version.status == _Status.APPROVED:
            return "Listed" if extension.newest_version_id == version.pk else "Older"
        return _Status(version.status).label

    @property
    def source_url(self) -> str:
        return (
            f"{reverse('source_search:source', args=[self.key])}?line={self.line}#line-{self.line}"
        )

    @property
    def review_url(self) -> str:
        """The line in the changes of its version; of a replaced build, the review of the version."""
        names = [self.extension.extension_id, self.version.number]
        if not self.is_current:
            return reverse("moderation:version", args=names)
        query = urlencode({"package": self.package, "file": self.path, "line": self.line})
        return f"{reverse('moderation:changes', args=names)}?{query}"


def find_places(search: Search, filters: Filters) -> QuerySet[PackageFile]:
    """Return the places of a search, by extension, the newest version first."""
    rows: QuerySet[Any]
    if search.is_regex:
        rows = PackageFile.objects.filter(file__matches__search=search).annotate(
            line=F("file__matches__line"),
            count=F("file__matches__count"),
            snippet=F("file__matches__snippet"),
            what=Value("", CharField()),
            symbol=Value("", CharField()),
        )
    else:
        rows = _with_symbol(search)
    rows = in_versions(rows, filters)
    return rows.order_by(
        "package__version__extension__id_key",
        "-package__version__sort_key",
        "path",
        "line",
        "symbol",
        "pk",
    )[:MAX_PLACES]


def _with_symbol(search: Search) -> QuerySet[PackageFile]:
    wanted = symbol_condition(search, "file__symbols__symbol__")
    rows = PackageFile.objects.filter(wanted)
    if search.not_bundled:
        module = module_of(search.query)
        rows = rows.exclude(package__bundled__contains=f" {module} ")
    return rows.annotate(
        line=F("file__symbols__line"),
        count=F("file__symbols__count"),
        snippet=Value("", CharField()),
        what=F("file__symbols__symbol__kind"),
        symbol=F("file__symbols__symbol__name"),
    )


def symbol_condition(search: Search, prefix: str) -> Q:
    """Return the condition of a search for a symbol; ``prefix`` is the lookup of the symbol."""
    wanted = names_like(search.query, f"{prefix}name")
    if search.symbol_kind:
        wanted &= Q(**{f"{prefix}kind": search.symbol_kind})
    return wanted


def in_versions(rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    """Return the places in versions and files that the filters allow.

    Drafts that were never submitted belong to their authors alone.
    """
    current = Package.objects.filter(
        version=OuterRef("package__version"), sha256=OuterRef("package__sha256")
    )
    rows = rows.annotate(is_current=Exists(current)).exclude(package__version__status=_Status.DRAFT)
    if filters.scope == Search.Scope.LISTED:
        rows = rows.filter(
            is_current=True,
            package__version__status=_Status.APPROVED,
            package__version__extension__status__in=(
                Extension.Status.APPROVED,
                Extension.Status.BLOCKED,
            ),
        )
    elif filters.scope == Search.Scope.REVIEW:
        rows = rows.filter(is_current=True, package__version__status__in=_IN_REVIEW)
    if filters.type:
        rows = rows.filter(package__version__extension__type=filters.type)
    if filters.tag:
        tagged = Extension.tags.through.objects.filter(
            extension_id=OuterRef("package__version__extension"), tag__slug=filters.tag
        )
        rows = rows.filter(Exists(tagged))
    return rows.filter(path_condition(filters.file_pattern))


def path_condition(pattern: str) -> Q:
    """Return the condition for a path: a part of it, or a pattern with ``*`` such as ``lib/*.py``."""
    if "*" not in pattern:
        return Q(path__icontains=pattern) if pattern else Q()
    first, *middle, last = pattern.split("*")
    wanted = Q(path__istartswith=first) & Q(path__iendswith=last)
    for part in middle[:8]:
        wanted &= Q(path__icontains=part)
    return wanted


def path_matches(pattern: str, path: str) -> bool:
    """Whether a path matches a pattern, as `path_condition` decides."""
    pattern, path = pattern.lower(), path.lower()
    first, *rest = pattern.split("*")
    if not rest:
        return pattern in path
    *middle, last = rest
    return (
        path.startswith(first) and path.endswith(last) and all(part in path for part in middle[:8])
    )


def load_places(rows: Any) -> Iterator[Place]:
    """Yield the places with their snippets; reads texts of symbols in batches."""
    related = rows.select_related("package__version__extension")
    batch: list[Any] = []
    for row in related.iterator(chunk_size=_BATCH):
        batch.append(row)
        if len(batch) == _BATCH:
            yield from _places(batch)
            batch = []
    yield from _places(batch)


def _places(rows: Iterable[Any]) -> Iterator[Place]:
    rows = list(rows)
    without = {row.file_id for row in rows if not row.snippet}
    texts = SourceText.objects.in_bulk(without) if without else {}
    contents = {key: text.utf8 for key, text in texts.items()}
    for row in rows:
        snippet = row.snippet or snippet_of_line(contents.get(row.file_id, b""), row.line)
        yield Place(
            key=row.pk,
            version=row.package.version,
            package=row.package.sha256,
            path=row.path,
            line=row.line,
            count=row.count,
            what=SymbolKind(row.what).label if row.what else "",
            symbol=row.symbol,
            snippet=snippet,
            is_current=row.is_current,
        )
