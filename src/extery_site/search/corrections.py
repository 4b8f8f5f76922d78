"""Which word a typing error may mean: one of the words of the texts that is one or two edits away.

Each word is in the index whole and without one of its letters; what was typed is looked up whole and without one or two
of its letters. So all words at one edit are found (a letter missing, too much, another, or two exchanged), and most of
those at two, by an index, however many words there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from extery_site.search.models import SearchWord

#: Letters that forms are made of: an error is rarely in the rest of a long word only, and then the beginning is equal.
PREFIX = 7
#: A shorter word means too many others.
MIN_LENGTH = 4
#: Words with two edits have at least so many letters.
MIN_LENGTH_OF_TWO = 6
MAX_CANDIDATES = 300


def indexed_forms(word: str) -> set[str]:
    """Return the forms by which a word is in the index."""
    return {*_without(word[:PREFIX], 0), *_without(word[:PREFIX], 1)}


def nearest(words: Iterable[str]) -> dict[str, str]:
    """Return the most likely correction of each of some words; none for those without."""
    forms = {
        word: {
            form
            for left_out in range(_edits(word) + 1)
            for form in _without(word[:PREFIX], left_out)
        }
        for word in words
        if len(word) >= MIN_LENGTH and word.isalpha()
    }
    corrections = {}
    for word, of_word in forms.items():
        candidates = SearchWord.objects.filter(forms__form__in=of_word, number__gt=0).exclude(
            word=word
        )
        best: tuple[int, bool, int, str] | None = None
        rows = candidates.order_by("-number", "word").values_list("word", "number").distinct()
        for other, number in rows[:MAX_CANDIDATES]:
            edits = edits_between(word, other, at_most=_edits(word))
            if edits <= _edits(word):
                # The first letter is rarely wrong.
                rank = (edits, other[0] != word[0], -number, other)
                best = min(best, rank) if best else rank
        if best:
            corrections[word] = best[3]
    return corrections


def _edits(word: str) -> int:
    return 2 if len(word) >= MIN_LENGTH_OF_TWO else 1


def _without(text: str, number: int) -> Iterator[str]:
    if number >= len(text):
        return
    for kept in combinations(text, len(text) - number):
        yield "".join(kept)


def edits_between(one: str, other: str, *, at_most: int) -> int:
    """Return how many letters must be added, left out, changed or exchanged with the next one; more than ``at_most`` is not exact."""
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, its in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == its:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > at_most:
            return at_most + 1
    return row[-1]
