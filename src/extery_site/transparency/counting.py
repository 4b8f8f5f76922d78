"""Counts a period: what the figures are called, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from extery_site.accounts.models import Suspension
from extery_site.catalog.models import Event
from extery_site.moderation import figures
from extery_site.moderation.models import Answer
from extery_site.reports import period_figures

#: Below this number of cases no times are shown: they would be those of single cases.
MIN_TIMES = 5

_Kind = Event.Kind


class Figure(NamedTuple):
    """A number of each month."""

    name: str
    label: str


#: Numbers about extensions and what people wrote, by the table that has them.
REVIEWS = (
    Figure("submitted", "Submitted"),
    Figure("approved", "Approved"),
    Figure("changes_requested", "Changes requested"),
    Figure("declined", "Declined"),
    Figure("withdrawn", "Withdrawn"),
    Figure("blocked", "Blocked"),
    Figure("unblocked", "Blocks lifted"),
    Figure("own_work", "About own work"),
    Figure("published_early", "Cool-downs skipped"),
)
REPORTS = (
    Figure("reports", "Received"),
    Figure("resolved", "Cases resolved"),
    Figure("dismissed", "Cases dismissed"),
    Figure("appeals", "Appeals"),
    Figure("appeals_granted", "Granted"),
    Figure("appeals_rejected", "Rejected"),
)
#: Numbers about users; small ones are shown as a range.
USERS = (
    Figure("user_reports", "Reports about users"),
    Figure("user_appeals", "Appeals of users"),
    Figure("suspensions", "Suspensions"),
)
TIMES = (
    Figure("first_answer", "First answer"),
    Figure("decision", "Decision"),
    Figure("report", "Reports"),
)

#: Events of each figure about reviews.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "submitted": (_Kind.SUBMITTED,),
    "approved": (_Kind.APPROVED, _Kind.SCHEDULED),
    "changes_requested": (_Kind.CHANGES_REQUESTED,),
    "declined": (_Kind.DECLINED,),
    "withdrawn": (_Kind.WITHDRAWN,),
    "blocked": (_Kind.BLOCKED, _Kind.VERSION_BLOCKED, _Kind.SCAN_BLOCKED),
    "unblocked": (_Kind.UNBLOCKED, _Kind.VERSION_UNBLOCKED),
    "published_early": (_Kind.PUBLISHED_EARLY,),
}


def count(since: datetime, until: datetime) -> dict[str, Any]:
    """Return the figures of a period: ``counts``, ``reasons`` and ``times``, in a fixed number of queries.

    ``times`` has median, nine of ten and number of cases, in seconds, or ``None`` for too few cases.
    """
    by_kind = figures.count_by_kind(since, until)
    counts = {name: sum(by_kind.get(kind, 0) for kind in kinds) for name, kinds in EVENTS.items()}
    received = period_figures.received(since, until)
    others = received.exclude(case__kind=period_figures.USER_KIND)
    reasons = period_figures.by_reason(others)
    outcome = period_figures.outcome(
        period_figures.closed(since, until).exclude(kind=period_figures.USER_KIND)
    )
    appeals = period_figures.appeals(since, until)
    suspensions = Suspension.objects.filter(created_at__gte=since, created_at__lt=until)
    counts |= {
        "own_work": figures.count_own_work(since, until),
        "reports": sum(reasons.values()),
        "resolved": outcome["resolved"],
        "dismissed": outcome["dismissed"],
        "appeals": appeals["made"],
        "appeals_granted": appeals["granted"],
        "appeals_rejected": appeals["rejected"],
        "user_reports": received.filter(case__kind=period_figures.USER_KIND).count(),
        "user_appeals": appeals["about_users"],
        "suspensions": suspensions.count(),
    }
    return {"counts": counts, "reasons": reasons, "times": count_times(since, until)}


def count_times(since: datetime, until: datetime) -> dict[str, Any]:
    """Return the times of a period."""
    first = (Answer.Kind.FIRST_VERSION, Answer.Kind.UPDATE)
    cases = period_figures.times_to_decision(period_figures.closed(since, until))
    seconds = {
        "first_answer": figures.answer_seconds(since, *first, until=until),
        "decision": figures.decision_seconds(since, until),
        "report": [int(time.total_seconds()) for time in cases],
    }
    return {name: _times(values) for name, values in seconds.items()}


def _times(seconds: list[int]) -> dict[str, int] | None:
    wait = figures.wait_of(seconds, min_cases=MIN_TIMES)
    if wait is None:
        return None
    return {"median": wait.median, "nine_of_ten": wait.nine_of_ten, "cases": wait.cases}
