"""Bounds the table: old days are added up by month, and old months are deleted."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from extery_site.project.database import lock_transaction
from extery_site.statistics.models import DownloadCount
from extery_site.statistics.recording import ADD, INSERT

#: Days that are kept as such, today among them: 12 weeks and a bit.
DAYS = 92
#: Months before the current one that are kept; the total of an extension is never deleted.
MONTHS = 36
#: Days of one call, which may take long after a site was stopped for months.
_MAX_DAYS = 40


def compact(today: date | None = None) -> int:
    """Add the oldest days to their months, and delete old months; return the number of rows that are gone."""
    today = today or timezone.now().date()
    old = DownloadCount.objects.filter(is_month=False, since__lte=today - timedelta(days=DAYS))
    days = old.order_by("since").values_list("since", flat=True).distinct()[:_MAX_DAYS]
    gone = sum(_add_to_month(day) for day in days)
    months = DownloadCount.objects.filter(is_month=True, since__lt=first_month(today))
    return gone + months.delete()[0]


def first_month(today: date) -> date:
    """Return the first of the oldest month that is kept."""
    number = today.year * 12 + today.month - 1 - MONTHS
    return date(number // 12, number % 12 + 1, 1)


@transaction.atomic
def _add_to_month(day: date) -> int:
    """Move the rows of a day into its month: a killed worker leaves the day or the month, never both."""
    lock_transaction("download-statistics")
    rows = DownloadCount.objects.filter(is_month=False, since=day)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{INSERT} SELECT extension_id, version, blender, platform, %s, %s, number "  # noqa: S608  constants
            f"FROM {DownloadCount._meta.db_table} WHERE is_month = %s AND since = %s {ADD}",  # noqa: SLF001
            [day.replace(day=1), True, False, day],
        )
    return rows.delete()[0]
