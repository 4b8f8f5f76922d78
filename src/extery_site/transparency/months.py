"""Stores the figures of months: of the current one each hour, of past ones once after their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db.models import Min
from django.utils import timezone

from extery_site.catalog.models import Event
from extery_site.reports.models import Report
from extery_site.transparency.counting import count, count_times
from extery_site.transparency.models import PeriodFigures

#: Months of the total.
YEAR = 12
#: After the end of a month, until its last transactions are surely committed.
SETTLING = timedelta(hours=1)


def refresh(now: datetime | None = None) -> int:
    """Count the months that are missing or not final, and the times of the last twelve; return how many.

    Several at once do no harm: they store the same.
    """
    now = now or timezone.now()
    current = month_of(now)
    final = set(
        PeriodFigures.objects.filter(months=1, is_final=True).values_list("since", flat=True)
    )
    number = 0
    for month in _months(_first_month() or current, current):
        if month not in final:
            until = add_months(month, 1)
            _store(month, 1, count(start_of(month), start_of(until)), now)
            number += 1
    since = add_months(current, 1 - YEAR)
    times = count_times(start_of(since), start_of(add_months(current, 1)))
    _store(since, YEAR, {"times": times}, now)
    PeriodFigures.objects.filter(months=YEAR).exclude(since=since).delete()
    return number


def _store(since: date, months: int, figures: dict[str, object], now: datetime) -> None:
    is_final = start_of(add_months(since, months)) + SETTLING <= now
    PeriodFigures.objects.update_or_create(
        since=since,
        months=months,
        defaults={"figures": figures, "is_final": is_final, "counted_at": now},
    )


def _first_month() -> date | None:
    """Return the month of the first event or report."""
    first = [
        rows.aggregate(first=Min("created_at"))["first"] for rows in (Event.objects, Report.objects)
    ]
    return min((month_of(time) for time in first if time), default=None)


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = add_months(first, 1)


def month_of(time: datetime) -> date:
    """Return the first day of the month of a time, in UTC."""
    return time.astimezone(UTC).date().replace(day=1)


def add_months(month: date, number: int) -> date:
    """Return the first day of the month ``number`` months later, or earlier for a negative one."""
    years, rest = divmod(month.month - 1 + number, 12)
    return date(month.year + years, rest + 1, 1)


def start_of(month: date) -> datetime:
    """Return the time at which a month begins, in UTC."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)
