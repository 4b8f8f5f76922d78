"""Reserved extension ids, in addition to those of the setting ``EXTERY_RESERVED_IDS``."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class ReservedId(models.Model):
    """An id that a moderator has reserved: it cannot be published. Deleted extensions keep their own."""

    id_key = models.CharField(max_length=200, unique=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["id_key"]
        verbose_name = "reserved id"

    def __str__(self) -> str:
        return self.id_key
