"""Reserved extension ids."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class ReservedId(models.Model):
    """An id that cannot be published: used in examples, or by a deleted extension."""

    id_key = models.CharField(max_length=200, unique=True)
    reason = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["id_key"]
        verbose_name = "reserved id"

    def __str__(self) -> str:
        return self.id_key
