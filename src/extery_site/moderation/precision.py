"""Precision of rules: how many of their findings moderators and authors confirmed, of all that were judged.

A case is a finding of an extension, with its fingerprint; in how many versions it is does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from math import sqrt
from typing import Any, NamedTuple

from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils import timezone

from extery_site.moderation.models import Dispute, Task, Waiver

#: Older decisions were about rules that have changed since.
PERIOD = timedelta(days=365)
#: Rows that are read, newest first: the work stays bounded.
MAX_ROWS = 50_000
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
    owner: int
    """The key of the owner of the extension."""


class Precision(NamedTuple):
    """What became of the findings with a code."""

    code: str
    confirmed: int
    waived: int
    open: int
    last: tuple[Case, ...]
    authors: int = 0
    """Owners of the extensions with a case that was judged."""

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


def precision_of_codes(
    now: datetime | None = None, *, codes: Collection[str] | None = None
) -> list[Precision]:
    """Return the precision of each code, or of ``codes``, with a case within a year, the lowest first.

    In one query.
    """
    by_kind: dict[str, list[Case]] = {_CONFIRMED: [], _WAIVED: [], _OPEN: []}
    for kind, *values in _rows((now or timezone.now()) - PERIOD, codes):
        by_kind[kind].append(Case(*values))
    confirmed, waived = _by_finding(by_kind[_CONFIRMED]), _by_finding(by_kind[_WAIVED])
    # What was waived after all, or later, was wrong: a moderator has the last word.
    confirmed = {key: case for key, case in confirmed.items() if key not in waived}
    by_code: dict[str, list[list[Case]]] = {}
    for place, cases in enumerate((confirmed, waived, _by_finding(by_kind[_OPEN]))):
        for case in cases.values():
            by_code.setdefault(case.code, [[], [], []])[place].append(case)
    rows = [_row(code, groups) for code, groups in by_code.items()]
    return sorted(rows, key=lambda row: (2.0 if row.value is None else row.value, row.code))


def _row(code: str, groups: list[list[Case]]) -> Precision:
    """Return the row of a code from its confirmed, waived and disputed cases."""
    last = sorted((case for group in groups for case in group), key=lambda case: case.at)
    right, wrong, disputes = map(len, groups)
    authors = {case.owner for group in groups[:2] for case in group}
    return Precision(code, right, wrong, disputes, tuple(last[: -MAX_LAST - 1 : -1]), len(authors))


def _by_finding(cases: Iterable[Case]) -> dict[tuple[str, str, str], Case]:
    """Return the newest case of each finding."""
    return {
        (case.code, case.extension_id, case.fingerprint): case
        for case in sorted(cases, key=lambda case: case.at)
    }


_CONFIRMED, _WAIVED, _OPEN = "confirmed", "waived", "open"


def _rows(since: datetime, codes: Collection[str] | None) -> Iterable[tuple[Any, ...]]:
    """Return the kind of each case with its values, newest first."""
    state = Dispute.State
    # Waivers of disputes that were accepted are among the waivers.
    waived = Waiver.objects.filter(created_at__gte=since)
    kept = Dispute.objects.filter(state=state.KEPT, decided_at__gte=since)
    # Tasks from a finding that the author received, and an upload without the finding has done.
    fixed = Task.objects.filter(
        ~Q(fingerprint=""), asked_at__isnull=False, dropped_at=None, done_by=None
    ).filter(done_at__gte=since, done_at__gt=F("asked_at"))
    disputed = Dispute.objects.filter(state=state.OPEN)
    parts = [
        _values(waived, codes, _WAIVED, "extension", "version_number", "created_at"),
        _values(kept, codes, _CONFIRMED, "version__extension", "version__number", "decided_at"),
        _values(fixed, codes, _CONFIRMED, "version__extension", "version__number", "done_at"),
        _values(disputed, codes, _OPEN, "version__extension", "version__number", "created_at"),
    ]
    return parts[0].union(*parts[1:], all=True).order_by("-at")[:MAX_ROWS]


def _values(
    rows: QuerySet[Any],
    codes: Collection[str] | None,
    kind: str,
    extension: str,
    number: str,
    at: str,
) -> QuerySet[Any, tuple[Any, ...]]:
    if codes is not None:
        rows = rows.filter(code__in=codes)
    rows = rows.order_by().annotate(
        kind=Value(kind, output_field=CharField()),
        extension_key=F(f"{extension}__extension_id"),
        version_text=F(number),
        at=F(at),
        owner_key=F(f"{extension}__owner_id"),
    )
    return rows.values_list(
        "kind", "code", "extension_key", "fingerprint", "version_text", "at", "owner_key"
    )
