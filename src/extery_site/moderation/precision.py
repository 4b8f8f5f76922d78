"""Precision of rules: how many of their findings moderators and authors confirmed, of all that were judged.

A case is a finding of an extension, with its fingerprint; in how many versions it is does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import sqrt
from typing import NamedTuple

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from extery_site.moderation.models import Dispute, Task, Waiver

#: Older decisions were about rules that have changed since.
PERIOD = timedelta(days=365)
#: Rows that are read of each kind, newest first: the work stays bounded.
MAX_ROWS = 20_000
#: Last cases that are linked for each code.
MAX_LAST = 3
#: The quantile of the normal distribution for an interval of 95 %.
_Z = 1.96


class Case(NamedTuple):
    """A finding that was judged, or is disputed, and where."""

    code: str
    extension_id: str
    fingerprint: str
    number: str
    at: datetime


class Precision(NamedTuple):
    """What became of the findings with a code."""

    code: str
    confirmed: int
    waived: int
    open: int
    last: tuple[Case, ...]

    @property
    def cases(self) -> int:
        return self.confirmed + self.waived

    @property
    def value(self) -> float | None:
        """The share of confirmed findings; ``None`` without a case."""
        return self.confirmed / self.cases if self.cases else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.confirmed, self.cases)

    @property
    def percent(self) -> str:
        return "" if self.value is None else f"{self.value:.0%}"

    @property
    def interval_text(self) -> str:
        return "–".join(f"{one:.0%}" for one in self.interval or ())


def wilson(successes: int, cases: int) -> tuple[float, float] | None:
    """Return the Wilson score interval of 95 % of a proportion; ``None`` without a case."""
    if not cases:
        return None
    share, square = successes / cases, _Z * _Z / cases
    middle = share + square / 2
    spread = _Z * sqrt(share * (1 - share) / cases + square / (4 * cases))
    low, high = (middle - spread) / (1 + square), (middle + spread) / (1 + square)
    return max(0.0, low), min(1.0, high)


def precision_of_codes(now: datetime | None = None) -> list[Precision]:
    """Return the precision of each code with a case within a year, the lowest first, in four queries."""
    since = (now or timezone.now()) - PERIOD
    waived = _by_finding(_waived(since))
    confirmed = _by_finding([*_kept(since), *_fixed(since)])
    # What was waived after all, or later, was wrong: a moderator has the last word.
    confirmed = {key: case for key, case in confirmed.items() if key not in waived}
    by_code: dict[str, list[list[Case]]] = {}
    for place, cases in enumerate((confirmed, waived, _by_finding(_open()))):
        for case in cases.values():
            by_code.setdefault(case.code, [[], [], []])[place].append(case)
    rows = [_row(code, groups) for code, groups in by_code.items()]
    return sorted(rows, key=lambda row: (2.0 if row.value is None else row.value, row.code))


def _row(code: str, groups: list[list[Case]]) -> Precision:
    """Return the row of a code from its confirmed, waived and disputed cases."""
    last = sorted((case for group in groups for case in group), key=lambda case: case.at)
    right, wrong, disputes = map(len, groups)
    return Precision(code, right, wrong, disputes, tuple(last[: -MAX_LAST - 1 : -1]))


def _by_finding(cases: Iterable[Case]) -> dict[tuple[str, str, str], Case]:
    """Return the newest case of each finding."""
    return {
        (case.code, case.extension_id, case.fingerprint): case
        for case in sorted(cases, key=lambda case: case.at)
    }


def _waived(since: datetime) -> list[Case]:
    """Waivers, also those of disputes that were accepted, which make one."""
    rows = Waiver.objects.filter(created_at__gte=since).order_by("-created_at")
    fields = ("code", "extension__extension_id", "fingerprint", "version_number", "created_at")
    return [Case(*row) for row in rows.values_list(*fields)[:MAX_ROWS]]


def _kept(since: datetime) -> list[Case]:
    rows = Dispute.objects.filter(state=Dispute.State.KEPT, decided_at__gte=since)
    return [Case(*row) for row in _of_versions(rows.order_by("-decided_at"), "decided_at")]


def _open() -> list[Case]:
    rows = Dispute.objects.filter(state=Dispute.State.OPEN).order_by("-created_at")
    return [Case(*row) for row in _of_versions(rows, "created_at")]


def _fixed(since: datetime) -> list[Case]:
    """Tasks from a finding that the author received, and an upload without the finding has done."""
    rows = Task.objects.filter(
        ~Q(fingerprint=""), asked_at__isnull=False, dropped_at=None, done_by=None
    ).filter(done_at__gte=since, done_at__gt=F("asked_at"))
    return [Case(*row) for row in _of_versions(rows.order_by("-done_at"), "done_at")]


def _of_versions(
    rows: QuerySet[Dispute] | QuerySet[Task], at: str
) -> Iterable[tuple[str, str, str, str, datetime]]:
    fields = ("code", "version__extension__extension_id", "fingerprint", "version__number", at)
    return rows.values_list(*fields)[:MAX_ROWS]
