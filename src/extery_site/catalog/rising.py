"""Which extensions are trending: their downloads of the last seven full days, compared with the seven days before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from extery_site.catalog.models import DailyDownloads, RisingExtension
from extery_site.project.database import lock_transaction

#: New downloads of a week below which nothing is trending.
MIN_DOWNLOADS = 50
#: The extensions with the most new downloads, of which those that grow are kept.
MAX_ROWS = 400
#: How long the downloads of a day are kept.
KEPT = timedelta(days=60)
_WEEK = timedelta(days=7)


@transaction.atomic
def find_rising(today: date) -> int:
    """Compute the rows of `RisingExtension` again, and delete old daily downloads; return the number of rows."""
    lock_transaction("rising")
    DailyDownloads.objects.filter(day__lt=today - KEPT).delete()
    week = Q(day__gte=today - _WEEK)
    counted = DailyDownloads.objects.filter(day__gte=today - 2 * _WEEK, day__lt=today)
    sums: Any = (
        counted.values("extension")
        .annotate(new=Sum("number", filter=week), all=Sum("number"))
        .filter(new__gte=MIN_DOWNLOADS)
        .order_by("-new", "extension")
        .values_list("extension", "new", "all")[:MAX_ROWS]
    )
    rows = [
        RisingExtension(extension_id=key, new=new, before=both - new)
        for key, new, both in sums
        if new > both - new
    ]
    RisingExtension.objects.all().delete()
    RisingExtension.objects.bulk_create(rows)
    return len(rows)
