"""Typing errors in a search: the text with words that extensions have."""

from __future__ import annotations

import re

from extery_site.search.corrections import nearest
from extery_site.search.engines import has_match
from extery_site.search.queries import MAX_LENGTH, MAX_WORDS, TextQuery, storable
from extery_site.search.words import words_of

#: A search with more results is taken as it is.
MAX_RESULTS = 3
#: How many times as many results the corrected text must have.
_TIMES = 5
_WORD = re.compile(r"[^\W_]+")


def corrected(text: str) -> str:
    """Return a text whose words that no public extension has are replaced by the nearest ones; empty if there are none."""
    text = storable(text)[:MAX_LENGTH]
    typed = list(_WORD.finditer(text))[:MAX_WORDS]
    unknown = {
        word: found[0]
        for found in typed
        if len(word := " ".join(words_of(found[0]))) > 1
        and not _is_known(word, is_last=found is typed[-1])
    }
    corrections = nearest(unknown)
    by_typed = {unknown[word]: other for word, other in corrections.items()}
    if not by_typed:
        return ""
    return _WORD.sub(lambda match: by_typed.get(match[0], match[0]), text)


def _is_known(word: str, *, is_last: bool) -> bool:
    """Return whether any extension has a word; the last one can be a beginning, which costs more to look for."""
    query = TextQuery.parse(word)
    return has_match(query._replace(has_beginning=False)) or (is_last and has_match(query))


def is_better(number: int, *, than: int) -> bool:
    """Return whether the results of a corrected text are so many more that they are shown at once."""
    return number > than * _TIMES
