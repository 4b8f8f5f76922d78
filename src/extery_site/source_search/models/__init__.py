"""Models of the source search: the index, and searches with their matches."""

from extery_site.source_search.models.index import (
    IndexedPackage,
    PackageFile,
    SourceFile,
    SourceText,
    Symbol,
    SymbolUse,
)
from extery_site.source_search.models.search import Match, Search, SearchQuerySet

__all__ = [
    "IndexedPackage",
    "Match",
    "PackageFile",
    "Search",
    "SearchQuerySet",
    "SourceFile",
    "SourceText",
    "Symbol",
    "SymbolUse",
]
