"""The stored months as the page, the API and the CSV file show them, in one query.

Of numbers about users, a small one could identify a person: it is a range from 1 to 4, also in the
total of months.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone

from extery_site.moderation.figures import ExpectedWait
from extery_site.reports.period_figures import reason_label
from extery_site.transparency.counting import REPORTS, REVIEWS, TIMES, USERS
from extery_site.transparency.models import PeriodFigures
from extery_site.transparency.months import YEAR, add_months, month_of

#: Smaller numbers about users are ranges.
MIN_SHOWN = 5


class Range(NamedTuple):
    """A number that is not known exactly."""

    at_least: int
    at_most: int

    @classmethod
    def about_users(cls, number: int) -> Range:
        """Return the range of a number about users."""
        return cls(1, MIN_SHOWN - 1) if 0 < number < MIN_SHOWN else cls(number, number)

    def __str__(self) -> str:
        if self.at_least == self.at_most:
            return f"{self.at_least:,}"
        if self == (1, MIN_SHOWN - 1):
            return f"fewer than {MIN_SHOWN}"
        return f"{self.at_least:,} to {self.at_most:,}"


@dataclass(frozen=True)
class Period:
    """The figures of a month, or of several."""

    since: date
    counts: dict[str, int]
    users: dict[str, Range]
    reasons: dict[str, int]
    times: dict[str, ExpectedWait | None]
    is_final: bool = True

    @property
    def reviews_in_order(self) -> list[int]:
        return [self.counts[figure.name] for figure in REVIEWS]

    @property
    def reports_in_order(self) -> list[int]:
        return [self.counts[figure.name] for figure in REPORTS]

    @property
    def users_in_order(self) -> list[Range]:
        return [self.users[figure.name] for figure in USERS]

    @property
    def times_in_order(self) -> list[ExpectedWait | None]:
        return [self.times[figure.name] for figure in TIMES]

    @property
    def labelled_reasons(self) -> list[tuple[str, int]]:
        """The number of reports by reason, the most frequent first."""
        found = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        return [(reason_label(reason), number) for reason, number in found]

    @classmethod
    def of(cls, stored: PeriodFigures) -> Period:
        """Return the figures of a stored month; a figure that it does not have is 0."""
        counts = stored.figures.get("counts", {})
        return cls(
            since=stored.since,
            counts={figure.name: counts.get(figure.name, 0) for figure in (*REVIEWS, *REPORTS)},
            users={figure.name: Range.about_users(counts.get(figure.name, 0)) for figure in USERS},
            reasons=stored.figures.get("reasons", {}),
            times=_times(stored),
            is_final=stored.is_final,
        )

    @classmethod
    def total(
        cls, since: date, months: Iterable[Period], times: dict[str, ExpectedWait | None]
    ) -> Period:
        """Return the sum of months, with times that were counted for all of them together."""
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        users = {figure.name: Range(0, 0) for figure in USERS}
        for month in months:
            counts.update(month.counts)
            reasons.update(month.reasons)
            for name, number in month.users.items():
                sums = users[name]
                users[name] = Range(sums.at_least + number.at_least, sums.at_most + number.at_most)
        for figure in (*REVIEWS, *REPORTS):
            counts.setdefault(figure.name, 0)
        return cls(since, dict(counts), users, dict(reasons), times)


@dataclass(frozen=True)
class Report:
    """All months, the newest first, and the total of the last twelve."""

    months: list[Period] = field(default_factory=list)
    year: Period | None = None
    counted_at: datetime | None = None

    @property
    def last_months(self) -> list[Period]:
        """The months of the total."""
        return [month for month in self.months if self.year and month.since >= self.year.since]


def read() -> Report:
    """Return the figures; without months if none were counted yet."""
    stored = list(PeriodFigures.objects.all())
    months = [Period.of(row) for row in stored if row.months == 1]
    if not months:
        return Report()
    since = add_months(month_of(timezone.now()), 1 - YEAR)
    times = next((_times(row) for row in stored if row.months == YEAR), {})
    return Report(
        months=months,
        year=Period.total(
            since,
            [month for month in months if month.since >= since],
            {figure.name: times.get(figure.name) for figure in TIMES},
        ),
        counted_at=max(row.counted_at for row in stored),
    )


def csv_rows(report: Report) -> Iterator[list[Any]]:
    """Return the head and a row for each month, the oldest first; times are in seconds."""
    reasons = sorted({reason for month in report.months for reason in month.reasons})
    times = [f"{figure.name}_{part}" for figure in TIMES for part in ("median", "nine_of_ten")]
    names = [figure.name for figure in (*REVIEWS, *REPORTS, *USERS)]
    yield ["month", "complete", *names, *times, *(f"reports_{reason}" for reason in reasons)]
    for month in reversed(report.months):
        values: list[Any] = [f"{month.since:%Y-%m}", "yes" if month.is_final else "no"]
        values += [*month.reviews_in_order, *month.reports_in_order]
        values += [
            number.at_least if number.at_least == number.at_most else f"<{MIN_SHOWN}"
            for number in month.users_in_order
        ]
        for wait in month.times_in_order:
            values += [wait.median, wait.nine_of_ten] if wait else ["", ""]
        yield values + [month.reasons.get(reason, 0) for reason in reasons]


def _times(stored: PeriodFigures) -> dict[str, ExpectedWait | None]:
    times = stored.figures.get("times", {})
    return {
        figure.name: ExpectedWait(**times[figure.name]) if times.get(figure.name) else None
        for figure in TIMES
    }
