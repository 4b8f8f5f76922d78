"""Which extensions are searched first: the most downloaded ones.

A word that thousands of extensions have is found among these without listing all of them
(`extery_site.catalog.search_ranking`). Downloads change all the time, so a job looks at them now and then, and writes
the rows that changed only.
"""

from __future__ import annotations

from django.db import transaction

from extery_site.catalog.models import Extension
from extery_site.search.models import SearchDocument

#: Extensions that are searched first.
MAX_POPULAR = 4000
#: On a site with fewer, all are searched at once.
MIN_EXTENSIONS = 6000
_BATCH = 500


def update_popular() -> int:
    """Mark the most downloaded extensions in the index; return how many rows changed."""
    rows = SearchDocument.objects.all()
    wanted: set[int] = set()
    if rows.count() >= MIN_EXTENSIONS:
        found = Extension.objects.browsable().order_by("-download_count", "pk")
        wanted = set(found.values_list("pk", flat=True)[:MAX_POPULAR])
    marked = set(rows.filter(is_popular=True).values_list("pk", flat=True))
    changes = [(key, True) for key in wanted - marked] + [(key, False) for key in marked - wanted]
    for start in range(0, len(changes), _BATCH):
        part = changes[start : start + _BATCH]
        with transaction.atomic():
            for is_popular in (True, False):
                keys = [key for key, value in part if value is is_popular]
                SearchDocument.objects.filter(pk__in=sorted(keys)).update(is_popular=is_popular)
    return len(changes)
