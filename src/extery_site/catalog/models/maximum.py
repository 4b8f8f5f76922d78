"""Suggestions of a maximum Blender version for a published version."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from extery.core.versions import blender_version_of_number, format_blender_version
from extery_site.catalog.text_limits import MAX_REASON_LENGTH


class MaximumSuggestion(models.Model):
    """A user's suggestion that a version does not work with this Blender and newer ones."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    version = models.ForeignKey(
        "catalog.Version", on_delete=models.CASCADE, related_name="maximum_suggestions"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    maximum = models.PositiveIntegerField(help_text="The first Blender that is not supported.")
    reason = models.TextField(max_length=MAX_REASON_LENGTH)
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=MAX_REASON_LENGTH)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["version", "by"],
                condition=Q(state="open"),
                name="catalog_one_open_suggestion",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.maximum_text}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def maximum_text(self) -> str:
        """The suggested version, such as ``5.0.0``."""
        return format_blender_version(blender_version_of_number(self.maximum))
