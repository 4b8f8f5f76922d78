"""The order in which versions are to be reviewed.

The place of a version: late ones first, the one that has waited longest in front; then by risk;
then by waiting time. Late are those that have been with us longer than ``EXTERY_REVIEW_TIME``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, BooleanField, Case, QuerySet, Value, When
from django.utils import timezone

from extery_site.catalog.models import Version
from extery_site.moderation.models import QueueEntry


def aim_seconds() -> int:
    """Return within how many seconds with us a version is to be answered."""
    aim: timedelta = settings.EXTERY_REVIEW_TIME
    return int(aim.total_seconds())


def waiting_entries(now: datetime | None = None) -> QuerySet[QueueEntry]:
    """Return the entries of versions in review, by place, without those with a package in quarantine."""
    now = now or timezone.now()
    entries = QueueEntry.objects.with_waits(now).filter(
        version__status=Version.Status.IN_REVIEW, is_quarantined=False
    )
    return in_place_order(entries.of_open_extensions())


def in_place_order(entries: Any) -> QuerySet[QueueEntry]:
    """Sort entries, which have their waits, by place."""
    is_late = Case(
        When(with_us__gt=aim_seconds(), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    late_wait = Case(
        When(with_us__gt=aim_seconds(), then="with_us"),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    ordered: QuerySet[QueueEntry] = entries.annotate(is_late=is_late, late_wait=late_wait).order_by(
        "-is_late", "-late_wait", "-risk", "-with_us", "pk"
    )
    return ordered


def places(now: datetime | None = None) -> dict[int, int]:
    """Return the place of every version in review, by its key; one query."""
    keys = waiting_entries(now).values_list("pk", flat=True)
    return {key: place for place, key in enumerate(keys, start=1)}


def place(version: Version) -> int | None:
    """Return the place of a version; ``None`` if it is not in review."""
    return places().get(version.pk)
