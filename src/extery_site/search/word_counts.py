"""In how many extensions each word is, counted some time after the texts change: nothing waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from extery_site.search.corrections import indexed_forms
from extery_site.search.models import WEIGHTS, SearchDocument, SearchWord, SearchWordForm

#: Lengths of words that are corrected. Others, and those with digits, are rather names.
MIN_LENGTH, MAX_LENGTH = 3, 24
_DOCUMENTS = 200
_ROWS = 2000


def count_new() -> int:
    """Count the words of texts that changed, some in each transaction; return the number of texts."""
    number = 0
    while True:
        with transaction.atomic():
            waiting = SearchDocument.objects.filter(is_counted=False).order_by("pk")
            documents = list(waiting.select_for_update(of=("self",))[:_DOCUMENTS])
            _count(documents)
        number += len(documents)
        if len(documents) < _DOCUMENTS:
            return number


def forget(documents: Iterable[SearchDocument]) -> None:
    """Count the words of texts that are deleted no more; in their transaction."""
    _add(Counter({word: -1 for document in documents for word in document.counted.split()}))


def _count(documents: list[SearchDocument]) -> None:
    changes: Counter[str] = Counter()
    for document in documents:
        words = _words(document)
        changes.update(words)
        changes.subtract(document.counted.split())
        document.counted, document.is_counted = " ".join(words), True
    _add(changes)
    SearchDocument.objects.bulk_update(documents, ["counted", "is_counted"])


def _words(document: SearchDocument) -> list[str]:
    found = {word for name in WEIGHTS for word in getattr(document, name).split()}
    return sorted(
        word for word in found if word.isalpha() and MIN_LENGTH <= len(word) <= MAX_LENGTH
    )


def _add(changes: Counter[str]) -> None:
    # In the order of words: two transactions then lock the rows in the same order.
    changed = sorted(word for word, number in changes.items() if number)
    for start in range(0, len(changed), _ROWS):
        some = changed[start : start + _ROWS]
        _create_missing([word for word in some if changes[word] > 0])
        by_number: dict[int, list[str]] = {}
        for word in some:
            by_number.setdefault(changes[word], []).append(word)
        for number, words in by_number.items():
            rows = SearchWord.objects.filter(word__in=words)
            if number < 0:  # a text whose words were counted by another process meanwhile
                rows = rows.filter(number__gte=-number)
            rows.update(number=F("number") + number)


def _create_missing(words: list[str]) -> None:
    known = SearchWord.objects.filter(word__in=words).values_list("word", flat=True)
    missing = sorted(set(words) - set(known))
    SearchWord.objects.bulk_create([SearchWord(word=word) for word in missing])
    created = SearchWord.objects.filter(word__in=missing)
    SearchWordForm.objects.bulk_create(
        (
            SearchWordForm(form=form, word=word)
            for word in created
            for form in indexed_forms(word.word)
        ),
        batch_size=_ROWS,
    )
