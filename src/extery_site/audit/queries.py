"""Reads the audit log: filters, and pages that begin after the last row of the page before.

A page is found by an index and costs the same however many rows there are.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Lower

from extery_site.audit.models import ActionGroup, AuditEntry, AuditEntryQuerySet

#: Rows that an export reads at once.
EXPORT_BATCH = 1_000
#: Rows in which one page looks for a text, which no index finds.
TEXT_ROWS = 25_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
MAX_FILTER_LENGTH = 200


@dataclass(frozen=True)
class Cursor:
    """The last row of a page; the next page begins after it."""

    created_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.created_at - _EPOCH) // _MICROSECOND}-{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Return the cursor of a query; ``None``, the first page, for anything else."""
        match = re.fullmatch(r"([0-9]{1,17})-([0-9]{1,18})", text, re.ASCII)
        if match is None:
            return None
        return cls(_EPOCH + int(match[1]) * _MICROSECOND, int(match[2]))


@dataclass(frozen=True)
class AuditFilter:
    """Conditions that rows must meet; an empty value is not applied."""

    person: str = ""
    """The user name of the actor or of the other user concerned, also of a deleted account."""
    extension: str = ""
    """The normalized id of an extension."""
    action: str = ""
    """An action, or with a dot at the end all actions that begin so."""
    since: date | None = None
    until: date | None = None
    """The last day; both are days in UTC."""
    text: str = ""
    """A part of a name or an id."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> AuditFilter:
        """Return the filter of a query; wrong values are no condition."""
        person, action, text = (
            query.get(name, "").strip()[:MAX_FILTER_LENGTH] for name in ("person", "action", "q")
        )
        return cls(
            person=person.removeprefix("@"),
            extension=query.get("extension", "").strip()[:MAX_FILTER_LENGTH],
            action=action if re.fullmatch(r"[a-z_]+\.[a-z_]*", action) else "",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            text=text,
        )

    @property
    def is_empty(self) -> bool:
        return self == AuditFilter()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _conditions(wanted: AuditFilter, reader: int | None) -> AuditEntryQuerySet:
    """Return the rows of a filter without its person; ``reader`` may not see what is withheld from them."""
    rows: AuditEntryQuerySet = AuditEntry.objects.newest_first()
    if reader is not None:
        rows = rows.readable_by(reader)
    if wanted.extension:
        rows = rows.about_extension(wanted.extension)
    if wanted.action.endswith("."):
        rows = rows.alias(group=ActionGroup("action")).filter(group=wanted.action)
    elif wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.since:
        rows = rows.filter(created_at__gte=_start(wanted.since))
    if wanted.until and wanted.until < date.max:
        rows = rows.filter(created_at__lt=_start(wanted.until + timedelta(days=1)))
    if wanted.text:
        rows = rows.filter(names__contains=wanted.text.lower())
    return rows


def find_page(
    wanted: AuditFilter, *, reader: int | None, size: int, after: Cursor | None = None
) -> tuple[list[AuditEntry], Cursor | None]:
    """Return a page of rows, newest first, and the cursor of the next page if there is one.

    ``reader`` is the primary key of the moderator who reads, or ``None`` if nothing is withheld. A text is
    looked for in the next `TEXT_ROWS` rows of the log, so a page can have fewer rows than the one after it.
    """
    rows = _after(_conditions(wanted, reader), after)
    last = _last_of_text(after) if wanted.text and not wanted.person else None
    if last is not None:
        is_before = Q(created_at=last.created_at, pk__lt=last.pk)
        rows = rows.filter(created_at__gte=last.created_at).exclude(is_before)
    found = list(_of_person(rows, wanted.person, size + 1) if wanted.person else rows[: size + 1])
    page = found[:size]
    if len(found) <= size:
        return page, last
    return page, Cursor(page[-1].created_at, page[-1].pk)


def _after(rows: AuditEntryQuerySet, cursor: Cursor | None) -> AuditEntryQuerySet:
    if cursor is None:
        return rows
    return rows.filter(
        Q(created_at__lt=cursor.created_at) | Q(pk__lt=cursor.pk), created_at__lte=cursor.created_at
    )


def _last_of_text(after: Cursor | None) -> Cursor | None:
    """Return the last row in which a page looks for a text; ``None`` if it looks in all that follow."""
    rows = _after(AuditEntry.objects.newest_first(), after).values_list("created_at", "pk")
    # The one after it shows that there is a next page.
    last = list(rows[TEXT_ROWS - 1 : TEXT_ROWS + 1])
    return Cursor(*last[0]) if len(last) == 2 else None


def _of_person(rows: AuditEntryQuerySet, name: str, limit: int) -> list[AuditEntry]:
    """Return the rows that a person did or that concern them: two queries, each with its own index."""
    key = name.lower()
    did = rows.alias(name=Lower("actor_name")).filter(name=key)[:limit]
    concerned = rows.alias(name=Lower("person_name")).filter(name=key)[:limit]
    merged = heapq.merge(did, concerned, key=lambda row: (row.created_at, row.pk), reverse=True)
    return list({row.pk: row for row in merged}.values())[:limit]


def stream(wanted: AuditFilter, *, reader: int | None) -> Iterator[AuditEntry]:
    """Yield all rows of a filter, newest first, with one batch in memory."""
    page, after = find_page(wanted, reader=reader, size=EXPORT_BATCH)
    yield from page
    while after is not None:
        page, after = find_page(wanted, reader=reader, size=EXPORT_BATCH, after=after)
        yield from page
