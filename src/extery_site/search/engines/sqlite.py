"""Search with SQLite's FTS5: a virtual table that triggers keep equal to the table of `SearchDocument`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from extery_site.search.models import WEIGHTS
from extery_site.search.queries import TextQuery

#: Matches of a search that says something. With more, only names count.
_MAX_FEW = 2000
_COLUMNS = ", ".join(WEIGHTS)
_NEW = ", ".join(f"new.{name}" for name in WEIGHTS)
_OLD = ", ".join(f"old.{name}" for name in WEIGHTS)
_ADD = f"INSERT INTO search_text (rowid, {_COLUMNS}) VALUES (new.extension_id, {_NEW});"  # noqa: S608
_REMOVE = (
    f"INSERT INTO search_text (search_text, rowid, {_COLUMNS}) "  # noqa: S608
    f"VALUES ('delete', old.extension_id, {_OLD});"
)
#: The text is not stored again: `search_searchdocument` has it.
_TABLE = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS search_text USING fts5(
    {_COLUMNS}, content='search_searchdocument', content_rowid='extension_id',
    tokenize='porter unicode61 remove_diacritics 2', prefix='2 3 4'
)
"""
#: Name -> when it runs, and what it does.
_TRIGGERS = {
    "search_text_insert": ("INSERT", _ADD),
    "search_text_delete": ("DELETE", _REMOVE),
    "search_text_update": (f"UPDATE OF {_COLUMNS}", f"{_REMOVE} {_ADD}"),
}
_MATCHING = "SELECT rowid FROM search_text WHERE search_text MATCH %s"
_COUNT = f"SELECT count(*) FROM ({_MATCHING} LIMIT {_MAX_FEW + 1})"  # noqa: S608
_SCORES = (
    f"SELECT rowid, -bm25(search_text, {', '.join(map(str, WEIGHTS.values()))}) "  # noqa: S608
    f"FROM search_text WHERE search_text MATCH %s LIMIT {_MAX_FEW}"
)


class SQLiteEngine:
    """FTS5, and the scores of bm25."""

    def create_index(self, connection: Any) -> None:
        """Create the virtual table and its triggers, and fill it if it is new."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
            names = {name for (name,) in cursor.fetchall()}
            if "search_searchdocument" not in names or names.issuperset(_TRIGGERS):
                return
            cursor.execute(_TABLE)
            for name, (when, action) in _TRIGGERS.items():
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} "
                    f"ON search_searchdocument BEGIN {action} END"
                )
            cursor.execute("INSERT INTO search_text (search_text) VALUES ('rebuild')")

    def matching(self, query: TextQuery, *, in_name: bool = False) -> RawSQL:
        """Return the keys of extensions that match."""
        return RawSQL(_MATCHING, [_in_name(query) if in_name else query.fts5])  # noqa: S611

    def _is_common(self, query: TextQuery) -> bool:
        """Return whether too many extensions match for scores of all of them, which take the time of a match each."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [query.fts5])
            return bool(cursor.fetchone()[0] > _MAX_FEW)

    def scores(self, query: TextQuery, keys: Sequence[int]) -> dict[int, float]:
        """Return the scores of all matches; of a common query, of matches by name."""
        expression = _in_name(query) if self._is_common(query) else query.fts5
        with connection.cursor() as cursor:
            cursor.execute(_SCORES, [expression])
            return dict(cursor.fetchall())


def _in_name(query: TextQuery) -> str:
    return f"{{name}} : ({query.fts5})"
