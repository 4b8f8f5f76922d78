"""Run a regular expression over all texts in the index, and over those of a new package.

Texts never change, and their keys have the order in which they were stored: a run begins after the last text
of the run before. Every batch is one transaction, which a cancelled search refuses.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from extery.core.errors import InvalidInput
from extery_site.source_search.expressions import Expression
from extery_site.source_search.models import Match, Search, SourceFile, SourceText

#: Files whose matches are kept for a search; others are counted.
MAX_KEPT = 5_000
#: Seconds of a run; the next one continues.
MAX_SECONDS = 600.0
_BATCH = 100
#: Texts that are in memory at once: each has up to 2 MB.
_CHUNK = 10
_State = Search.State


def run(search: Search) -> None:
    """Search the texts that are new since the last run, until it is cancelled or the time is over."""
    number = search.run
    started = Search.objects.filter(
        pk=search.pk, run=number, state__in=[_State.WAITING, _State.RUNNING]
    ).update(state=_State.RUNNING, total=SourceFile.objects.count())
    if not started:
        return
    try:
        expression = Expression(search.query, ignore_case=search.ignore_case)
    except InvalidInput:
        _finish(search, _State.FAILED)
        return
    ends = time.monotonic() + MAX_SECONDS
    kept = search.matches.count()
    while time.monotonic() < ends:
        found, read, last = _search_batch(expression, search.searched_to)
        if not read:
            _finish(search, _State.DONE)
            return
        new = list(found.items())[: max(0, MAX_KEPT - kept)]
        kept += len(new)
        with transaction.atomic():
            going_on = Search.objects.filter(pk=search.pk, run=number, state=_State.RUNNING)
            if not going_on.update(
                searched_to=last,
                searched=F("searched") + read,
                matched=F("matched") + len(found),
            ):
                return
            Match.objects.bulk_create(_rows(search, dict(new)), ignore_conflicts=True)
        search.searched_to = last
    _finish(search, _State.STOPPED)


def _search_batch(expression: Expression, after: int) -> tuple[dict[int, Match], int, int]:
    """Return the matches by text, the number of texts that were read, and the last one."""
    found: dict[int, Match] = {}
    read, last = 0, after
    texts = SourceText.objects.filter(pk__gt=after).order_by("pk")[:_BATCH]
    for text in texts.iterator(chunk_size=_CHUNK):
        read, last = read + 1, text.pk
        match = expression.find(text.utf8)
        if match is not None:
            found[text.pk] = Match(line=match.line, count=match.count, snippet=match.snippet)
    return found, read, last


def _rows(search: Search, found: Mapping[int, Match]) -> list[Match]:
    for key, match in found.items():
        match.search, match.file_id = search, key
    return list(found.values())


def _finish(search: Search, state: str) -> None:
    running = Search.objects.filter(pk=search.pk, run=search.run, state=_State.RUNNING)
    running.update(state=state, finished_at=timezone.now())


def search_new(texts: Iterable[tuple[int, bytes]]) -> None:
    """Run the watched expressions over the texts of a new package, with their keys; in its transaction."""
    watched = [
        (search, Expression(search.query, ignore_case=search.ignore_case))
        for search in Search.objects.watched().filter(kind=Search.Kind.REGEX)
    ]
    if not watched:
        return
    rows = []
    for key, text in texts:
        for search, expression in watched:
            if match := expression.find(text):
                rows.append(
                    Match(
                        search=search,
                        file_id=key,
                        line=match.line,
                        count=match.count,
                        snippet=match.snippet,
                    )
                )
    Match.objects.bulk_create(rows, ignore_conflicts=True)
