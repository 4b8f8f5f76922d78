"""The revision of the listings follows the events of the catalogue."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from extery_site.catalog.models import Event
from extery_site.listings.models import Revision

#: Events after which some listing shows something else.
LISTED_KINDS = frozenset({Event.Kind.APPROVED, Event.Kind.BLOCKED, Event.Kind.UNBLOCKED})


def on_event(event: Event) -> None:
    """Subscriber of the life cycle: raise the revision with every event that a listing shows."""
    if event.kind in LISTED_KINDS:
        increment_revision()


@transaction.atomic
def increment_revision() -> None:
    """Count the revision up; every process notices once this is committed."""
    if not Revision.objects.filter(pk=1).update(number=F("number") + 1):
        Revision.objects.bulk_create([Revision(pk=1, number=0)], ignore_conflicts=True)
        Revision.objects.filter(pk=1).update(number=F("number") + 1)
