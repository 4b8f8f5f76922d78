"""The image of an extension and its two thumbnails, each stored under the hash of its content."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Image(models.Model):
    """A picture of an extension in use; the pages show ``small`` and ``large``."""

    file = models.FileField(max_length=200)
    small = models.FileField(max_length=200)
    large = models.FileField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt_text = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.alt_text or str(self.file.name)

    @property
    def ratio(self) -> float:
        return self.width / self.height
