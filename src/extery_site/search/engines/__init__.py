"""The full-text search of the databases behind one interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from django.db import connection
from django.db.models.expressions import RawSQL

from extery_site.search.queries import TextQuery


class Engine(Protocol):
    """How a database finds the extensions with the words of a query."""

    def create_index(self, connection: Any) -> None:
        """Create what the index needs beside the table of `SearchDocument`, unless it exists."""

    def matching(self, query: TextQuery, *, in_name: bool = False, popular: bool = False) -> RawSQL:
        """Return the keys of extensions that match, as a subquery.

        With ``in_name``, in their name only; with ``popular``, only those with `SearchDocument.is_popular`.
        """

    def scores(
        self, query: TextQuery, keys: Sequence[int], *, popular: bool = False
    ) -> dict[int, float]:
        """Return how well the text of the ``keys`` matches, positive numbers. Of a common query, it can be some of them.

        With ``popular``, most of the keys have `SearchDocument.is_popular`, and others can be left out.
        """


def engine_of(database: Any) -> Engine:
    """Return the engine of a connection."""
    if database.vendor == "postgresql":
        from extery_site.search.engines.postgresql import PostgreSQLEngine

        return PostgreSQLEngine()
    from extery_site.search.engines.sqlite import SQLiteEngine

    return SQLiteEngine()


def engine() -> Engine:
    """Return the engine of the database of the site."""
    return engine_of(connection)


def has_match(query: TextQuery) -> bool:
    """Return whether any extension matches."""
    # Common words are found in the popular texts, and then the others are not looked at.
    popular, all_ = engine().matching(query, popular=True), engine().matching(query)
    # PostgreSQL would read all texts until one matches, and not its index; SQLite stops at the first match.
    how = "MATERIALIZED" if connection.vendor == "postgresql" else ""
    sql = (
        f"WITH popular AS {how} ({popular.sql}), found AS {how} ({all_.sql}) "  # noqa: S608  our own SQL
        "SELECT EXISTS(SELECT 1 FROM popular) OR EXISTS(SELECT 1 FROM found)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*popular.params, *all_.params])
        return bool(cursor.fetchone()[0])
