"""Computed differences of two packages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class PackageDifference(models.Model):
    """The difference of two packages, which never changes; computed when it is first shown.

    ``format`` is that of ``data``: rows of another format are computed again.
    """

    old_sha256 = models.CharField(max_length=64, blank=True, help_text="Empty for a first version.")
    new_sha256 = models.CharField(max_length=64)
    format = models.PositiveSmallIntegerField()
    data = models.JSONField()
    file_keys = models.JSONField(
        default=list, help_text="A key of the name and the content of each changed file."
    )
    computed_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["old_sha256", "new_sha256", "format"], name="moderation_difference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_sha256[:12]}…{self.new_sha256[:12]}"
