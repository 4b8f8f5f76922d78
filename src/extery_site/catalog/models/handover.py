"""Offers to hand an extension over to another user."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_REASON_LENGTH


class Handover(models.Model):
    """An offer of the owner; the extension changes hands when the other user accepts it."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="handovers"
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="offered_extensions"
    )
    text = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["extension"], condition=Q(state="open"), name="catalog_one_open_handover"
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension_id} to {self.offered_to_id}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
