"""Findings that moderators have accepted, with the reason."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_NUMBER_LENGTH, MAX_TASK_LENGTH


class Waiver(models.Model):
    """A finding of an extension that is accepted, in this version and in later ones with the same finding."""

    extension = models.ForeignKey(
        "catalog.Extension", on_delete=models.CASCADE, related_name="waivers"
    )
    fingerprint = models.CharField(max_length=64)
    code = models.CharField(max_length=100)
    reason = models.CharField(max_length=MAX_TASK_LENGTH)
    version_number = models.CharField(
        max_length=MAX_NUMBER_LENGTH, help_text="The version in whose review it was accepted."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["extension", "fingerprint"], name="moderation_waiver_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"
