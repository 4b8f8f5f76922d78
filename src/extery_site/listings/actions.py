"""What changes a listing counts its revision up, in the same transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from extery_site.listings.models import Revision


@transaction.atomic
def increment_revision() -> None:
    """Say that some listing may have changed. Seen by every process once this is committed."""
    if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        Revision.objects.bulk_create([Revision(pk=1, number=0)], ignore_conflicts=True)
        Revision.objects.filter(pk=1).update(number=F("number") + 1)
