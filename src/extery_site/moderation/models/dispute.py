"""Findings that the author of a version disputes, and how moderators answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_DISPUTE_LENGTH, MAX_TASK_LENGTH


def dispute_state_choices() -> list[tuple[str, str]]:
    """Return the choices of `Dispute.state`; as a function, so that a new one needs no migration."""
    return Dispute.State.choices


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> DisputeQuerySet:
        """Return disputes that wait for an answer of a moderator, oldest first."""
        return self.filter(state=Dispute.State.OPEN).order_by("created_at", "pk")


class Dispute(models.Model):
    """The author of a version says why a finding is fine; a moderator accepts that, or keeps the finding.

    There is at most one that is open or was answered with "keep" for each finding of a version.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        KEPT = "kept", "Finding kept"
        CLOSED = "closed", "Closed: the finding is gone, or the version decided"

    version = models.ForeignKey(
        "catalog.Version", on_delete=models.CASCADE, related_name="disputes"
    )
    fingerprint = models.CharField(max_length=64)
    code = models.CharField(max_length=100)
    text = models.CharField(max_length=MAX_DISPUTE_LENGTH, help_text="Why it is fine. Public.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=20, choices=dispute_state_choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty if it is open, or the site closed it.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=MAX_TASK_LENGTH, blank=True, help_text="Public.")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "fingerprint"],
                condition=models.Q(state__in=["open", "kept"]),
                name="moderation_dispute_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
