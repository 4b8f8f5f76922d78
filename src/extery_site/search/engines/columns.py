"""Which columns the table of `SearchDocument` has: the first migration creates an index before later ones add columns."""

from __future__ import annotations

from typing import Any


def has_column(connection: Any, name: str) -> bool:
    """Return whether the table has a column."""
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(
            cursor, "search_searchdocument"
        )
    return any(column.name == name for column in description)
