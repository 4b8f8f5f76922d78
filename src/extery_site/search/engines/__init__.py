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

    def matching(self, query: TextQuery, *, in_name: bool = False) -> RawSQL:
        """Return the keys of extensions that match, in their name only if ``in_name``, as a subquery."""

    def scores(self, query: TextQuery, keys: Sequence[int]) -> dict[int, float]:
        """Return how well the text of the ``keys`` matches, positive numbers. Of a common query, it can be some of them."""


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
    matching = engine().matching(query)
    # PostgreSQL would read all texts until one matches, and not its index; SQLite stops at the first match.
    how = "MATERIALIZED" if connection.vendor == "postgresql" else ""
    sql = f"WITH found AS {how} ({matching.sql}) SELECT EXISTS(SELECT 1 FROM found)"  # noqa: S608  our own SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, matching.params)
        return bool(cursor.fetchone()[0])
