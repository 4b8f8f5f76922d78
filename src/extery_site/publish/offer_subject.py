"""What notifications of an offer are about: the page on which it is answered."""

from __future__ import annotations

from django.urls import reverse

from extery_site.catalog.models import Handover
from extery_site.notify.actions import Subject


def offer_subject(offer: Handover) -> Subject:
    """Return the subject of an offer, which reads its extension."""
    return Subject(
        f"offer {offer.pk}", offer.extension.name, reverse("publish:offer", args=[offer.pk])
    )
