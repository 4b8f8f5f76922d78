"""The image of an extension and its smaller variants, each stored under the hash of its content."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Image(models.Model):
    """An image of an extension. A task makes ``small`` and ``large`` after the upload."""

    file = models.FileField(max_length=200)
    small = models.FileField(max_length=200, blank=True)
    large = models.FileField(max_length=200, blank=True)
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

    @property
    def has_variants(self) -> bool:
        return bool(self.small and self.large)

    @property
    def small_url(self) -> str:
        """Address of the small variant; of the full image until there is one."""
        return str((self.small or self.file).url)

    @property
    def large_url(self) -> str:
        """Address of the large variant; of the full image until there is one."""
        return str((self.large or self.file).url)
