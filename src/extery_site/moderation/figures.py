"""Figures of the queue: how many versions wait, how long answers take, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Q
from django.utils import timezone

from extery_site.accounts.permissions import AnyUser
from extery_site.catalog.models import Event, Version
from extery_site.moderation.models import Answer
from extery_site.moderation.waiting import format_duration

PERIOD = timedelta(days=30)
WEEK = timedelta(days=7)
#: Fewer answers say nothing about the next one.
MIN_CASES = 20


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
    """The line of figures above the queue."""

    first_answer: ExpectedWait | None
    decided: int
    """Decisions within a week."""
    decided_by_user: int


def expected_wait(*kinds: Answer.Kind, now: datetime | None = None) -> ExpectedWait | None:
    """Return how long answers of these kinds took in the last 30 days; all kinds without one.

    Returns ``None`` for fewer than 20: it cannot be said yet.
    """
    answers = Answer.objects.filter(created_at__gte=(now or timezone.now()) - PERIOD)
    if kinds:
        answers = answers.filter(kind__in=kinds)
    seconds = sorted(answers.values_list("seconds", flat=True))
    if len(seconds) < MIN_CASES:
        return None
    return ExpectedWait(_quantile(seconds, 0.5), _quantile(seconds, 0.9), len(seconds))


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
    """Return the figures for a user, in two queries."""
    decisions = Event.objects.decisions().filter(created_at__gte=now - WEEK)
    counts = decisions.aggregate(all=Count("pk"), own=Count("pk", filter=Q(by=user.pk)))
    return Figures(
        first_answer=expected_wait(Answer.Kind.FIRST_VERSION, Answer.Kind.UPDATE, now=now),
        decided=counts["all"],
        decided_by_user=counts["own"],
    )


def _quantile(ordered: list[int], part: float) -> int:
    """Return the smallest value that at least ``part`` of the values do not exceed."""
    return ordered[ceil(part * len(ordered)) - 1]
