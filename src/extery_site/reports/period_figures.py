"""Figures of reports in a period, for the statistics of moderators and the transparency page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from extery_site.reports.models import Appeal, Case, Report
from extery_site.reports.reasons import Reason

#: Statuses of decided cases.
CLOSED = (Case.Status.RESOLVED, Case.Status.DISMISSED)
#: The kind of cases about a user.
USER_KIND = "user"
_ABOUT_USER = Q(decision__startswith="suspension-") | Q(case__kind=USER_KIND)


def received(since: datetime, until: datetime) -> QuerySet[Report]:
    """Return the reports that were sent in a period."""
    return Report.objects.filter(created_at__gte=since, created_at__lt=until)


def closed(since: datetime, until: datetime) -> QuerySet[Case]:
    """Return the cases that were decided in a period, and not reopened since."""
    return Case.objects.filter(decided_at__gte=since, decided_at__lt=until, status__in=CLOSED)


def times_to_decision(cases: QuerySet[Case]) -> list[timedelta]:
    """Return how long decided cases took since their first report, the shortest first."""
    rows = cases.values_list("created_at", "decided_at")
    return sorted(decided - created for created, decided in rows if decided is not None)


def outcome(cases: QuerySet[Case]) -> dict[str, int]:
    """Return how many cases were ``decided``, and how many of them ``resolved`` and ``dismissed``."""
    return cases.aggregate(
        decided=Count("pk"),
        resolved=Count("pk", filter=Q(status=Case.Status.RESOLVED)),
        dismissed=Count("pk", filter=Q(status=Case.Status.DISMISSED)),
    )


def by_reason(reports: QuerySet[Report]) -> dict[str, int]:
    """Return the number of reports by reason, the most frequent first."""
    rows = reports.values("reason").annotate(number=Count("pk")).order_by("-number", "reason")
    return {row["reason"]: row["number"] for row in rows}


def reason_label(reason: str) -> str:
    """Return the label of a reason, also of one that no longer exists."""
    labels = dict(Reason.choices)
    return str(labels.get(reason, reason))


def appeals(since: datetime, until: datetime) -> dict[str, int]:
    """Return the appeals in a period: made and decided about extensions and what people wrote.

    ``about_users`` are those made against suspensions and decisions about reports of users.
    """
    was_made = Q(created_at__gte=since, created_at__lt=until)
    was_decided = Q(decided_at__gte=since, decided_at__lt=until)
    found = Appeal.objects.filter(was_made | was_decided)
    return found.aggregate(
        made=Count("pk", filter=was_made & ~_ABOUT_USER),
        granted=Count("pk", filter=was_decided & ~_ABOUT_USER & Q(status=Appeal.Status.GRANTED)),
        rejected=Count("pk", filter=was_decided & ~_ABOUT_USER & Q(status=Appeal.Status.REJECTED)),
        about_users=Count("pk", filter=was_made & _ABOUT_USER),
    )
