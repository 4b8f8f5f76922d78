"""Decisions of moderators, kept for ever."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.models import Extension, Version


class Decision(models.Model):
    """Who decided what about an extension or one of its versions, when and why."""

    class Kind(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        DECLINED = "declined", "Declined"
        BLOCKED = "blocked", "Blocked"
        UNBLOCKED = "unblocked", "Block lifted"

    extension = models.ForeignKey(Extension, on_delete=models.CASCADE, related_name="decisions")
    version = models.ForeignKey(
        Version, on_delete=models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    packages = models.JSONField(
        default=list,
        blank=True,
        help_text="The SHA-256 of each package that the decision is about.",
    )
    reason = models.TextField(blank=True, max_length=10_000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.extension}: {self.get_kind_display()}"
