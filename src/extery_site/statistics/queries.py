"""Reads the numbers of downloads, each function in one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import Model, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from extery_site.statistics.models import DownloadCount

#: Keys of extensions, or a query for them.
Keys = Collection[int] | QuerySet[Any, Any]
#: By what the downloads of a day can be told apart.
Split = Literal["blender", "platform", "version"]


def today() -> date:
    """Return the current day in UTC, by which downloads are counted."""
    return timezone.now().date()


def weekly_downloads(extension: Model, weeks: int = 12) -> list[int]:
    """Return the downloads of the last weeks, oldest first; each has seven days, the last one ends today.

    Days are kept for 13 weeks.
    """
    daily = downloads_by_day([extension.pk], days=7 * weeks)
    end = today()
    numbers = [0] * weeks
    for (_, day), number in daily.items():
        numbers[weeks - 1 - (end - day).days // 7] += number
    return numbers


def _of_days(days: int, before: int = 0) -> QuerySet[DownloadCount]:
    last = today() - timedelta(days=before)
    first = last - timedelta(days=days - 1)
    return DownloadCount.objects.filter(is_month=False, since__gte=first, since__lte=last)


def downloads_by_day(
    extensions: Keys, *, days: int, before: int = 0
) -> dict[tuple[int, date], int]:
    """Return the downloads of each extension (by key) on each of the last days; days without any are left out.

    ``before``: so many days before today is the last one.
    """
    rows = _of_days(days, before).filter(extension__in=extensions)
    sums = rows.values_list("extension", "since").annotate(all=Sum("number")).order_by()
    return {(extension, since): number for extension, since, number in sums}


def downloads_compared(extensions: Keys, *, days: int) -> tuple[int, int]:
    """Return the downloads of all these extensions in the last days, and in as many days before."""
    first = today() - timedelta(days=days - 1)
    sums = _of_days(2 * days).filter(extension__in=extensions)
    found = sums.aggregate(now=Sum("number", filter=Q(since__gte=first)), all=Sum("number"))
    now = found["now"] or 0
    return now, (found["all"] or 0) - now


def downloads_split(extensions: Keys, *, days: int, by: Split) -> dict[tuple[date, str], int]:
    """Return the downloads of all these extensions on each of the last days, by Blender, platform or version."""
    rows = _of_days(days).filter(extension__in=extensions)
    sums = rows.values_list("since", by).annotate(all=Sum("number")).order_by()
    return {(since, value): number for since, value, number in sums}


def downloads_of_days(*, days: int, before: int = 0) -> dict[int, int]:
    """Return the downloads of all extensions that had any in the last days, by key of the extension."""
    sums = _of_days(days, before).values_list("extension").annotate(all=Sum("number")).order_by()
    return dict(sums)


def downloads_of_series(extensions: Keys, series: str, *, days: int) -> dict[int, int]:
    """Return the downloads of each extension by a series of Blender in the last days."""
    rows = _of_days(days).filter(extension__in=extensions, blender=series)
    return dict(rows.values_list("extension").annotate(all=Sum("number")).order_by())


def by_month(extension: Model) -> dict[date, int]:
    """Return the downloads of an extension by month, the newest first, with the days that are kept as such."""
    rows = DownloadCount.objects.filter(extension=extension.pk)
    sums = rows.annotate(month=TruncMonth("since")).values_list("month").order_by("-month")
    return dict(sums.annotate(all=Sum("number")))


def all_rows(extensions: Keys) -> QuerySet[DownloadCount, dict[str, Any]]:
    """Return all rows as dictionaries for an export, the newest first."""
    rows = DownloadCount.objects.filter(extension__in=extensions)
    ordered = rows.order_by("-since", "is_month", "extension", "version", "blender", "platform")
    found: QuerySet[DownloadCount, dict[str, Any]] = ordered.values(
        *("since", "is_month", "extension__extension_id"),
        *("version", "blender", "platform", "number"),
    )
    return found
