"""The order of the results of a search: names first, then how well the text matches and how popular they are."""

from __future__ import annotations

import math
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from extery_site.catalog.models import SearchTerm
from extery_site.catalog.models.extension import ExtensionQuerySet
from extery_site.catalog.search_words import search_phrases
from extery_site.search.engines import engine, has_match
from extery_site.search.queries import TextQuery, storable
from extery_site.search.words import words_of

#: Results that are ranked, the most downloaded; a search with more of them wants another word.
MAX_RANKED = 500
#: Results with all words in their name that are ranked beside them, however few downloads they have.
MAX_NAMED = 100
#: How much the text counts, and how much the downloads.
_TEXT, _POPULARITY = 0.7, 0.3
#: Downloads that count as much as any more.
_MOST = 1_000_000


#: The columns of a candidate.
_COLUMNS = ("pk", "name", "id_key", "download_count")


class _Candidate(NamedTuple):
    pk: int
    name: str
    id_key: str
    downloads: int


def best_matches(extensions: ExtensionQuerySet, text: str) -> list[int]:
    """Return the keys of those of ``extensions`` that match a text, the best first, at most 600.

    First are those whose name is the text, those whose name begins with it, those with what the text means as a
    whole, such as keys or a file format, and those with the text within their name.
    """
    text = storable(text)
    query = TextQuery.parse(text)
    # Beginnings of words can be many words: not looked for if nothing has the others.
    if len(query.words) > 1 and not search_phrases(text) and not has_match(query.complete):
        return []
    found = _most_downloaded(extensions.search(text, popular=True), MAX_RANKED)
    has_enough = len(found) == MAX_RANKED
    if not has_enough:
        found = _most_downloaded(extensions.search(text), MAX_RANKED)
    if len(found) == MAX_RANKED:
        named = _most_downloaded(extensions.with_name(text, popular=True), MAX_NAMED)
        if len(named) < MAX_NAMED:
            named = _most_downloaded(extensions.with_name(text), MAX_NAMED)
        found += named
    candidates = {one.pk: one for one in found}
    scores: dict[int, float] = {}
    if len(candidates) > 1 and query.words:
        scores = engine().scores(query, list(candidates), popular=has_enough)
    best = max((scores.get(key, 0) for key in candidates), default=0) or 1
    with_phrase = _with_phrase(text, list(candidates))
    typed = " ".join(words_of(text))

    def rank(one: _Candidate) -> tuple[int, float, str]:
        popularity = min(math.log1p(one.downloads) / math.log1p(_MOST), 1)
        score = _TEXT * scores.get(one.pk, 0) / best + _POPULARITY * popularity
        return _tier(one, typed, with_phrase), -score, one.id_key

    return [one.pk for one in sorted(candidates.values(), key=rank)]


def _most_downloaded(extensions: ExtensionQuerySet, number: int) -> list[_Candidate]:
    # Not by the index of downloads, with which SQLite would go through all extensions.
    downloads = F("download_count") + 0 if connection.vendor == "sqlite" else F("download_count")
    rows = extensions.order_by(downloads.desc(), "pk").values_list(*_COLUMNS)
    return [_Candidate(*row) for row in rows[:number]]


def _tier(one: _Candidate, typed: str, with_phrase: set[int]) -> int:
    name = " ".join(words_of(one.name))
    if typed and name == typed:
        return 0
    if typed and name.startswith(typed):
        return 1
    if one.pk in with_phrase:
        return 2
    return 3 if typed and f" {typed}" in f" {name}" else 4


def _with_phrase(text: str, keys: list[int]) -> set[int]:
    if not (phrases := search_phrases(text)):
        return set()
    rows = SearchTerm.objects.filter(term__in=phrases, extension__in=keys)
    return set(rows.values_list("extension_id", flat=True))
