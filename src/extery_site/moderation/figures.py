"""Figures of the queue: how many versions wait, how long answers take, and what was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, F, Min, Q
from django.utils import timezone

from extery_site.accounts.permissions import AnyUser, may_moderate
from extery_site.catalog.models import Event, Version
from extery_site.moderation.models import Answer
from extery_site.moderation.waiting import format_duration

PERIOD = timedelta(days=30)
WEEK = timedelta(days=7)
#: Fewer answers say nothing about the next one.
MIN_CASES = 20
#: Decisions that end a review.
FINAL = (Event.Kind.APPROVED, Event.Kind.SCHEDULED, Event.Kind.DECLINED)


@dataclass(frozen=True)
class ExpectedWait:
    """Within how many seconds half, and nine of ten, of the answers came."""

    median: int
    nine_of_ten: int
    cases: int

    @property
    def median_text(self) -> str:
        return format_duration(self.median)

    @property
    def nine_of_ten_text(self) -> str:
        return format_duration(self.nine_of_ten)


@dataclass(frozen=True)
class Figures:
    """The line of figures above the queue; decisions are for moderators only."""

    first_answer: ExpectedWait | None
    decided: int
    """Decisions within a week."""
    decided_by_user: int


def expected_wait(*kinds: Answer.Kind, now: datetime | None = None) -> ExpectedWait | None:
    """Return how long answers of these kinds took in the last 30 days; all kinds without one.

    Returns ``None`` for fewer than 20: it cannot be said yet.
    """
    now = now or timezone.now()
    return wait_of(answer_seconds(now - PERIOD, *kinds), min_cases=MIN_CASES)


def answer_seconds(
    since: datetime, *kinds: Answer.Kind, until: datetime | None = None
) -> list[int]:
    """Return how long the answers of these kinds in a period took; of all kinds without one."""
    answers = Answer.objects.filter(created_at__gte=since)
    if until is not None:
        answers = answers.filter(created_at__lt=until)
    if kinds:
        answers = answers.filter(kind__in=kinds)
    return list(answers.values_list("seconds", flat=True))


def decision_seconds(since: datetime, until: datetime) -> list[int]:
    """Return how long after its first submission each version was approved or declined in a period.

    It includes the time with the author. Versions that were deleted since are left out.
    """
    decisions = (
        Event.objects.standing()
        .filter(kind__in=FINAL, created_at__gte=since, created_at__lt=until, version__isnull=False)
        .order_by()
    )
    # Not a subquery for each decision, which would take a minute for a year of 10,000 decisions.
    submitted = Event.objects.filter(
        kind=Event.Kind.SUBMITTED, version__in=decisions.values("version")
    ).order_by()
    first = dict(submitted.values_list("version").annotate(Min("created_at")))
    return [
        int((decided - first[version]).total_seconds())
        for version, decided in decisions.values_list("version", "created_at")
        if version in first
    ]


def wait_of(seconds: Collection[int], *, min_cases: int) -> ExpectedWait | None:
    """Return the median and nine of ten of some waits; ``None`` for fewer than ``min_cases``."""
    if len(seconds) < min_cases:
        return None
    ordered = sorted(seconds)
    return ExpectedWait(_quantile(ordered, 0.5), _quantile(ordered, 0.9), len(ordered))


def count_by_kind(since: datetime, until: datetime) -> dict[str, int]:
    """Return the number of events of a period by kind, without decisions that were taken back."""
    rows = Event.objects.standing().filter(created_at__gte=since, created_at__lt=until).order_by()
    return dict(rows.values_list("kind").annotate(Count("pk")))


def count_own_work(since: datetime, until: datetime) -> int:
    """Return how many decisions moderators made about extensions of their own in a period."""
    own = Q(by=F("extension__owner")) | Q(by=F("version__created_by"))
    decisions = Event.objects.decisions().standing()
    decisions = decisions.filter(created_at__gte=since, created_at__lt=until)
    return decisions.filter(own).count()


def kind_of(version: Version) -> Answer.Kind:
    """Return of which kind the next answer to a version is."""
    if Answer.objects.filter(event__version=version).exists():
        return Answer.Kind.CHANGES
    is_update = version.extension.newest_version_id is not None
    return Answer.Kind.UPDATE if is_update else Answer.Kind.FIRST_VERSION


def expected_wait_of(version: Version) -> ExpectedWait | None:
    """Return how long an answer to a version is expected to take; ``None`` if it cannot be said."""
    return expected_wait(kind_of(version))


def queue_figures(user: AnyUser, now: datetime) -> Figures:
    """Return the figures for a user: in two queries for moderators, in one for others."""
    counts = {"all": 0, "own": 0}
    if may_moderate(user):
        decisions = Event.objects.decisions().standing().filter(created_at__gte=now - WEEK)
        counts = decisions.aggregate(all=Count("pk"), own=Count("pk", filter=Q(by=user.pk)))
    return Figures(
        first_answer=expected_wait(Answer.Kind.FIRST_VERSION, Answer.Kind.UPDATE, now=now),
        decided=counts["all"],
        decided_by_user=counts["own"],
    )


def _quantile(ordered: list[int], part: float) -> int:
    """Return the smallest value that at least ``part`` of the values do not exceed."""
    return ordered[ceil(part * len(ordered)) - 1]
