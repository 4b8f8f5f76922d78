"""Requests for blocks of widely used extensions, which a second moderator confirms."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Extension
from extery_site.catalog.text_limits import MAX_REASON_LENGTH, MAX_STORED_BLOCK_REASON_LENGTH


def block_request_state_choices() -> list[tuple[str, str]]:
    """Return the choices of `BlockRequest.state`."""
    return BlockRequest.State.choices


class BlockRequestQuerySet(models.QuerySet["BlockRequest"]):
    def open(self) -> BlockRequestQuerySet:
        """Return requests that wait for a second moderator, oldest first."""
        return self.filter(state=BlockRequest.State.OPEN).order_by("asked_at", "pk")

    def with_related(self) -> BlockRequestQuerySet:
        return self.select_related("extension", "extension__owner", "asked_by", "decided_by")


class BlockRequest(models.Model):
    """A block that a moderator asks for; another one confirms or refuses it."""

    class State(models.TextChoices):
        OPEN = "open", "Waiting for a second moderator"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        TAKEN_BACK = "taken_back", "Taken back"

    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, related_name="block_requests"
    )
    numbers = models.JSONField(
        default=list,
        blank=True,
        help_text="Numbers of the versions to block; empty for the whole extension.",
    )
    reason = models.TextField(max_length=MAX_STORED_BLOCK_REASON_LENGTH, help_text="Public.")
    note = models.TextField(blank=True, max_length=MAX_REASON_LENGTH, help_text="For moderators.")
    state = models.CharField(max_length=20, choices=block_request_state_choices, default=State.OPEN)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)

    objects = BlockRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["extension"],
                condition=models.Q(state="open"),
                name="moderation_block_request_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.extension}: {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
