"""Search with SQLite's FTS5: a virtual table that triggers keep equal to the table of `SearchDocument`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from extery_site.search.engines.columns import has_column
from extery_site.search.models import WEIGHTS
from extery_site.search.queries import TextQuery

#: Matches of a search that says something. With more, only names count.
_MAX_FEW = 2000
_COLUMNS = ", ".join(WEIGHTS)
_NEW = ", ".join(f"new.{name}" for name in WEIGHTS)
_OLD = ", ".join(f"old.{name}" for name in WEIGHTS)
_TABLE = """
CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5(
    {columns}, {content},
    tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4'
)
"""
#: FTS5 lists all matches of a word before they can be sorted, so common words are looked for among the popular texts first.
_ALL, _POPULAR = "search_text", "search_popular"


def _add(table: str) -> str:
    return f"INSERT INTO {table} (rowid, {_COLUMNS}) SELECT new.extension_id, {_NEW}"


def _remove(table: str) -> str:
    return (
        f"INSERT INTO {table} ({table}, rowid, {_COLUMNS}) "
        f"SELECT 'delete', old.extension_id, {_OLD}"
    )


#: Table -> name of a trigger, when it runs, and what it does.
_TRIGGERS = {
    _ALL: {
        "search_text_insert": ("INSERT", f"{_add(_ALL)};"),
        "search_text_delete": ("DELETE", f"{_remove(_ALL)};"),
        "search_text_update": (f"UPDATE OF {_COLUMNS}", f"{_remove(_ALL)}; {_add(_ALL)};"),
    },
    _POPULAR: {
        "search_popular_insert": ("INSERT", f"{_add(_POPULAR)} WHERE new.is_popular;"),
        "search_popular_delete": ("DELETE", f"{_remove(_POPULAR)} WHERE old.is_popular;"),
        "search_popular_update": (
            f"UPDATE OF {_COLUMNS}, is_popular",
            f"{_remove(_POPULAR)} WHERE old.is_popular; {_add(_POPULAR)} WHERE new.is_popular;",
        ),
    },
}


#: Neither stores the text again: `search_searchdocument` has it, and a table of some of its rows cannot read it there.
_CONTENT = {
    _ALL: "content='search_searchdocument', content_rowid='extension_id'",
    _POPULAR: "content=''",
}
_FILL_POPULAR = (
    f"INSERT INTO {_POPULAR} (rowid, {_COLUMNS}) "  # noqa: S608  our own SQL
    f"SELECT extension_id, {_COLUMNS} FROM search_searchdocument WHERE is_popular"
)
#: What fills a new table, or one whose triggers were dropped.
_FILL = {
    _ALL: (f"INSERT INTO {_ALL} ({_ALL}) VALUES ('rebuild')",),  # noqa: S608
    _POPULAR: (
        f"INSERT INTO {_POPULAR} ({_POPULAR}) VALUES ('delete-all')",  # noqa: S608
        _FILL_POPULAR,
    ),
}


def _matching(table: str) -> str:
    return f"SELECT rowid FROM {table} WHERE {table} MATCH %s"  # noqa: S608


def _count(table: str) -> str:
    return f"SELECT count(*) FROM ({_matching(table)} LIMIT {_MAX_FEW + 1})"  # noqa: S608


def _scores(table: str) -> str:
    return (
        f"SELECT rowid, -bm25({table}, {', '.join(map(str, WEIGHTS.values()))}) "  # noqa: S608
        f"FROM {table} WHERE {table} MATCH %s LIMIT {_MAX_FEW}"
    )


class SQLiteEngine:
    """FTS5, and the scores of bm25."""

    def create_index(self, connection: Any) -> None:
        """Create the virtual tables and their triggers, and fill those that are new."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
            names = {name for (name,) in cursor.fetchall()}
        if "search_searchdocument" not in names:
            return
        tables = [_ALL, _POPULAR] if has_column(connection, "is_popular") else [_ALL]
        with connection.cursor() as cursor:
            for table in tables:
                if names.issuperset(_TRIGGERS[table]):
                    continue
                cursor.execute(
                    _TABLE.format(table=table, columns=_COLUMNS, content=_CONTENT[table])
                )
                for name, (when, action) in _TRIGGERS[table].items():
                    cursor.execute(
                        f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} "
                        f"ON search_searchdocument BEGIN {action} END"
                    )
                for sql in _FILL[table]:
                    cursor.execute(sql)

    def matching(self, query: TextQuery, *, in_name: bool = False, popular: bool = False) -> RawSQL:
        """Return the keys of extensions that match."""
        table = _POPULAR if popular else _ALL
        return RawSQL(_matching(table), [_in_name(query) if in_name else query.fts5])  # noqa: S611

    def _is_common(self, query: TextQuery, table: str) -> bool:
        """Return whether too many extensions match for scores of all of them, which take the time of a match each."""
        with connection.cursor() as cursor:
            cursor.execute(_count(table), [query.fts5])
            return bool(cursor.fetchone()[0] > _MAX_FEW)

    def scores(
        self, query: TextQuery, keys: Sequence[int], *, popular: bool = False
    ) -> dict[int, float]:
        """Return the scores of all matches; of a common query, of matches by name."""
        table = _POPULAR if popular else _ALL
        expression = _in_name(query) if self._is_common(query, table) else query.fts5
        with connection.cursor() as cursor:
            cursor.execute(_scores(table), [expression])
            return dict(cursor.fetchall())


def _in_name(query: TextQuery) -> str:
    return f"{{name}} : ({query.fts5})"
