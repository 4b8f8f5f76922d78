"""Changed files that a moderator or volunteer has marked as seen."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class SeenFile(models.Model):
    """A changed file of a version that ``by`` has seen; with the same content it stays so in later builds."""

    version = models.ForeignKey(
        "catalog.Version", on_delete=models.CASCADE, related_name="seen_files"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=32, help_text="Of the name and the content of the file.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "by", "key"], name="moderation_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.key}"
