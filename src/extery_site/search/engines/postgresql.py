"""Search with PostgreSQL's full text: a generated column of the table of `SearchDocument`, with a GIN index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from extery_site.search.engines.columns import has_column
from extery_site.search.queries import TextQuery

CONFIGURATION = "extery_search"
#: Weight of PostgreSQL -> columns. It has four.
_LABELS = {
    "A": ("name",),
    "B": ("tags", "does"),
    "C": ("tagline",),
    "D": ("description", "author"),
}
#: Of D, C, B, A, as `SearchDocument.WEIGHTS` has them.
_WEIGHTS = "{0.1, 0.4, 0.45, 1.0}"
_VECTOR = " || ".join(
    f"setweight(to_tsvector('{CONFIGURATION}', {name}), '{label}')"
    for label, names in _LABELS.items()
    for name in names
)
#: English stems without PostgreSQL's stop words: "to" and "on" are words of names.
_CREATE_CONFIGURATION = f"""
CREATE TEXT SEARCH DICTIONARY {CONFIGURATION}_stems (TEMPLATE = pg_catalog.snowball, Language = english);
CREATE TEXT SEARCH CONFIGURATION {CONFIGURATION} (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION {CONFIGURATION}
    ALTER MAPPING REPLACE pg_catalog.english_stem WITH {CONFIGURATION}_stems;
"""
# Without a list of pending words, which each search would read.
_CREATE_COLUMN = f"""
ALTER TABLE search_searchdocument ADD COLUMN IF NOT EXISTS text tsvector
    GENERATED ALWAYS AS ({_VECTOR}) STORED;
ALTER TABLE search_searchdocument ADD COLUMN IF NOT EXISTS name_text tsvector
    GENERATED ALWAYS AS (to_tsvector('{CONFIGURATION}', name)) STORED;
CREATE INDEX IF NOT EXISTS search_name_text ON search_searchdocument
    USING gin (name_text) WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS search_text ON search_searchdocument USING gin (text) WITH (fastupdate = off);
"""
# A common word is found in few popular texts, without reading all others.
_CREATE_POPULAR = """
CREATE INDEX IF NOT EXISTS search_popular ON search_searchdocument
    USING gin (text) WITH (fastupdate = off) WHERE is_popular
"""
_MATCHING = f"SELECT extension_id FROM search_searchdocument WHERE text @@ to_tsquery('{CONFIGURATION}', %s)"  # noqa: S608
# In a column of its own: an index has no weights, and the long text of each match would be read for them.
_MATCHING_NAMES = _MATCHING.replace("text @@", "name_text @@")
_SCORES = (
    f"SELECT extension_id, ts_rank('{_WEIGHTS}', text, to_tsquery('{CONFIGURATION}', %s), 1) "  # noqa: S608
    "FROM search_searchdocument WHERE extension_id = ANY(%s)"
)


class PostgreSQLEngine:
    """A column of `tsvector`, and the scores of ``ts_rank``."""

    def create_index(self, connection: Any) -> None:
        """Create the configuration, the column and its index."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('search_searchdocument')")
            if cursor.fetchone()[0] is None:
                return
            cursor.execute("SELECT 1 FROM pg_ts_config WHERE cfgname = %s", [CONFIGURATION])
            if cursor.fetchone() is None:
                cursor.execute(_CREATE_CONFIGURATION)
            cursor.execute("SELECT to_regclass('search_text')")
            if cursor.fetchone()[0] is None:
                cursor.execute(_CREATE_COLUMN)
            cursor.execute("SELECT to_regclass('search_popular')")
            if cursor.fetchone()[0] is None and has_column(connection, "is_popular"):
                cursor.execute(_CREATE_POPULAR)

    def matching(self, query: TextQuery, *, in_name: bool = False, popular: bool = False) -> RawSQL:
        """Return the keys of extensions that match."""
        sql = _MATCHING_NAMES if in_name else _MATCHING
        return RawSQL(f"{sql} AND is_popular" if popular else sql, [query.tsquery])  # noqa: S611

    def scores(
        self, query: TextQuery, keys: Sequence[int], *, popular: bool = False
    ) -> dict[int, float]:
        """Return the scores of ``keys``."""
        with connection.cursor() as cursor:
            cursor.execute(_SCORES, [query.tsquery, list(keys)])
            return dict(cursor.fetchall())
