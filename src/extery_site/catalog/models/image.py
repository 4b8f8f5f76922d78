"""Images of extensions with their smaller variants."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_ALT_TEXT_LENGTH
from extery_site.files.layout import image_url
from extery_site.files.models import StoredFile


class Image(models.Model):
    """An image of an extension; a task creates ``small`` and ``large`` after the upload."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    small = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    large = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt_text = models.CharField(max_length=MAX_ALT_TEXT_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.alt_text or self.file_id

    @property
    def ratio(self) -> float:
        return self.width / self.height

    @property
    def has_variants(self) -> bool:
        return self.small_id is not None and self.large_id is not None

    @property
    def small_url(self) -> str:
        """URL of the small variant, or of the full image until the variant exists."""
        return image_url(self.small_id or self.file_id)

    @property
    def large_url(self) -> str:
        """URL of the large variant, or of the full image until the variant exists."""
        return image_url(self.large_id or self.file_id)
