"""Queries of the pages for reports; each page needs a fixed number of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from extery_site.accounts.models import User
from extery_site.reports import period_figures
from extery_site.reports.models import Appeal, Case, CaseEntry, Report
from extery_site.reports.reasons import SEVERE, Reason

#: Below this number of decisions no median is shown: it would say little.
MIN_DECISIONS = 5
PERIOD = timedelta(days=90)

_STANDING = Q(reports__withdrawn_at=None)
_CLOSED = period_figures.CLOSED

SORTS = {
    "reports": ("-number_of_reports", "created_at", "pk"),
    "oldest": ("created_at", "pk"),
    "reach": ("-extension__download_count", "created_at", "pk"),
}


def cases(tab: str, user: User) -> QuerySet[Case]:
    """Return the cases of a tab, or ``all``, with the number of their reports."""
    reports = Report.objects.standing().filter(case=OuterRef("pk")).order_by().values("case")
    number = Subquery(reports.annotate(number=Count("pk")).values("number"))
    found = Case.objects.annotate(number_of_reports=Coalesce(number, 0))
    if tab == "all":
        return found
    if tab == "resolved":
        return found.filter(status=Case.Status.RESOLVED)
    if tab == "dismissed":
        return found.filter(status__in=(Case.Status.DISMISSED, Case.Status.WITHDRAWN))
    found = found.filter(status=Case.Status.OPEN)
    return found.filter(assigned_to=user) if tab == "mine" else found


def with_details(found: QuerySet[Case]) -> QuerySet[Case]:
    """Add everything that the list shows, for the cases of one page: for all of them it takes long."""
    latest = Report.objects.standing().filter(case=OuterRef("pk")).order_by("-created_at", "-pk")
    return found.select_related("extension", "person", "assigned_to", "decided_by").annotate(
        latest_text=Subquery(latest.values("text")[:1])
    )


def filtered(found: QuerySet[Case], *, text: str, kind: str, reason: str) -> QuerySet[Case]:
    """Return the cases that fit the filters; an empty filter fits all."""
    if text:
        reports = Report.objects.filter(text__icontains=text)
        found = found.filter(
            Q(title__icontains=text)
            | Q(key__icontains=text)
            | Q(person__username__icontains=text)
            | Q(person__full_name__icontains=text)
            | Q(pk__in=reports.values("case"))
        )
    if kind:
        found = found.filter(kind=kind)
    if reason:
        found = found.filter(pk__in=Report.objects.standing().filter(reason=reason).values("case"))
    return found


@dataclass(frozen=True)
class ReasonCount:
    """How many reports of a case have a reason."""

    value: str
    label: str
    number: int
    is_severe: bool


def reasons_of(found: Iterable[Case]) -> dict[int, list[ReasonCount]]:
    """Return the reasons of the reports of each case, the most frequent first."""
    rows = (
        Report.objects.standing()
        .filter(case__in=[case.pk for case in found])
        .values("case", "reason")
        .annotate(number=Count("pk"))
        .order_by("-number", "reason")
    )
    result: dict[int, list[ReasonCount]] = {}
    labels = dict(Reason.choices)
    for row in rows:
        reason = row["reason"]
        count = ReasonCount(reason, labels.get(reason, reason), row["number"], reason in SEVERE)
        result.setdefault(row["case"], []).append(count)
    return result


@dataclass(frozen=True)
class Counts:
    """The figures above the list."""

    open: int
    mine: int
    reports: int
    oldest: datetime | None
    appeals: int


def counts(user: User) -> Counts:
    """Return the figures above the list."""
    row = Case.objects.filter(status=Case.Status.OPEN).aggregate(
        open=Count("pk", distinct=True),
        mine=Count("pk", filter=Q(assigned_to=user), distinct=True),
        reports=Count("reports", filter=_STANDING),
        oldest=Min("created_at"),
    )
    appeals = Appeal.objects.filter(status=Appeal.Status.OPEN).count()
    return Counts(**row, appeals=appeals)


def usual_time() -> timedelta | None:
    """Return the time in which half of the cases of the last 90 days were decided, if they are enough."""
    rows = (
        Case.objects.filter(status__in=_CLOSED, decided_at__gt=timezone.now() - PERIOD)
        .order_by("-decided_at")
        .values_list("created_at", "decided_at")[:500]
    )
    times = sorted(decided - created for created, decided in rows if decided is not None)
    return times[len(times) // 2] if len(times) >= MIN_DECISIONS else None


@dataclass(frozen=True)
class Record:
    """How the reports by some users, or about one user, were decided so far."""

    decided: int
    resolved: int


def record_of_reporters(case: Case) -> Record:
    """Return how the earlier reports of those who reported in this case were decided."""
    reporters = case.reports.exclude(by=None).values("by")
    earlier = Report.objects.filter(by__in=reporters, case__status__in=_CLOSED).exclude(case=case)
    resolved = Count("pk", filter=Q(case__status=Case.Status.RESOLVED))
    return Record(**earlier.aggregate(decided=Count("pk"), resolved=resolved))


def record_of_person(case: Case) -> Record:
    """Return how the other cases about the reported person were decided."""
    others = Case.objects.filter(person__isnull=False, person=case.person_id, status__in=_CLOSED)
    resolved = Count("pk", filter=Q(status=Case.Status.RESOLVED))
    return Record(**others.exclude(pk=case.pk).aggregate(decided=Count("pk"), resolved=resolved))


def other_cases(case: Case) -> QuerySet[Case]:
    """Return other cases about the same thing, newest first."""
    same = Case.objects.filter(kind=case.kind, target_pk=case.target_pk).exclude(pk=case.pk)
    return same.select_related("decided_by").order_by("-created_at")[:10]


def own_reports(user: User) -> QuerySet[Report]:
    """Return the reports of a user that stand, newest first."""
    return Report.objects.standing().filter(by=user).select_related("case")


def questions_to(user: User) -> QuerySet[CaseEntry]:
    """Return the questions of open cases that moderators have asked a user, newest first."""
    own = Report.objects.standing().filter(by=user).values("case")
    asked = Q(kind=CaseEntry.Kind.ASKED_PERSON, case__person=user) | Q(
        kind=CaseEntry.Kind.ASKED_REPORTERS, case__in=own
    )
    entries = CaseEntry.objects.filter(asked, case__status=Case.Status.OPEN)
    return entries.select_related("case").order_by("-created_at", "-pk")


def numbers(days: int) -> dict[str, Any]:
    """Return the statistics of the last ``days`` days."""
    now = timezone.now()
    since = now - timedelta(days=days)
    closed = period_figures.closed(since, now)
    times = period_figures.times_to_decision(closed)
    reports = period_figures.received(since, now)
    outcome = period_figures.outcome(closed)
    appeals = Appeal.objects.filter(created_at__gt=since).aggregate(
        made=Count("pk"),
        granted=Count("pk", filter=Q(status=Appeal.Status.GRANTED)),
        rejected=Count("pk", filter=Q(status=Appeal.Status.REJECTED)),
    )
    by_kind = (
        reports.values("case__kind")
        .annotate(
            number=Count("pk"),
            resolved=Count("pk", filter=Q(case__status=Case.Status.RESOLVED)),
            dismissed=Count("pk", filter=Q(case__status=Case.Status.DISMISSED)),
        )
        .order_by("-number", "case__kind")
    )
    return {
        "days": days,
        "reports": sum(row["number"] for row in by_kind),
        "outcome": outcome,
        "share": round(100 * outcome["resolved"] / outcome["decided"])
        if outcome["decided"]
        else None,
        "half": times[len(times) // 2] if times else None,
        "nine_of_ten": times[len(times) * 9 // 10] if times else None,
        "appeals": appeals,
        "by_reason": [
            (period_figures.reason_label(reason), number)
            for reason, number in period_figures.by_reason(reports).items()
        ],
        "by_kind": list(by_kind),
    }
