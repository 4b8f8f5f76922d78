"""Which extensions are trending: their downloads of the last seven full days, compared with the seven days before."""

from __future__ import annotations

from heapq import nlargest

from django.db import transaction

from extery_site.catalog.models import RisingExtension
from extery_site.project.database import lock_transaction
from extery_site.statistics.queries import downloads_of_days

#: New downloads of a week below which nothing is trending.
MIN_DOWNLOADS = 50
#: The extensions with the most new downloads, of which those that grow are kept.
MAX_ROWS = 400
_WEEK = 7


@transaction.atomic
def find_rising() -> int:
    """Compute the rows of `RisingExtension` again; return their number."""
    lock_transaction("rising")
    new = downloads_of_days(days=_WEEK, before=1)
    old = downloads_of_days(days=_WEEK, before=1 + _WEEK)
    often = ((number, -key) for key, number in new.items() if number >= MIN_DOWNLOADS)
    rows = [
        RisingExtension(extension_id=-key, new=number, before=old.get(-key, 0))
        for number, key in nlargest(MAX_ROWS, often)
        if number > old.get(-key, 0)
    ]
    RisingExtension.objects.all().delete()
    RisingExtension.objects.bulk_create(rows)
    return len(rows)
