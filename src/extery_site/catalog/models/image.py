"""Images of extensions with their smaller variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from extery_site.catalog.text_limits import MAX_ALT_TEXT_LENGTH
from extery_site.files.layout import image_url
from extery_site.files.models import StoredFile

#: Widths of the variants in pixels, by their field; a smaller image is not enlarged.
VARIANT_WIDTHS = {"thumb": 320, "small": 640, "medium": 1280, "large": 1920}
#: The width of the stored original, at most.
FULL_WIDTH = 3840
#: Width and height in pixels of a picture that may be the cover, at least, and its ratio.
COVER_SIZE = (1920, 1080)
COVER_RATIO = 16 / 9
MAX_RATIO_ERROR = 0.02


def fits_cover(width: int, height: int) -> bool:
    """Whether a picture of this size may be the cover: 16:9 and large enough."""
    is_wide = abs(width / height - COVER_RATIO) <= MAX_RATIO_ERROR
    return is_wide and width >= COVER_SIZE[0] and height >= COVER_SIZE[1]


def _variant() -> Any:
    return models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class ImageQuerySet(models.QuerySet["Image"]):
    def without_variants(self) -> ImageQuerySet:
        """Return the images of which a variant is missing."""
        missing = models.Q()
        for name in VARIANT_WIDTHS:
            missing |= models.Q(**{name: None})
        return self.filter(missing)


class Image(models.Model):
    """An image of an extension; a task makes the variants, from ``thumb`` to ``large``, after the upload."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    thumb = _variant()
    small = _variant()
    medium = _variant()
    large = _variant()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt_text = models.CharField(max_length=MAX_ALT_TEXT_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.alt_text or self.file_id

    @property
    def ratio(self) -> float:
        return self.width / self.height

    @property
    def fits_cover(self) -> bool:
        """Whether it is large enough for the cover, and 16:9."""
        return fits_cover(self.width, self.height)

    @property
    def has_variants(self) -> bool:
        return all(getattr(self, f"{name}_id") is not None for name in VARIANT_WIDTHS)

    @property
    def files(self) -> list[StoredFile | None]:
        """The rows of all its files, one query each."""
        return [self.file, *(getattr(self, name) for name in VARIANT_WIDTHS)]

    @property
    def sources(self) -> list[tuple[str, int]]:
        """URL and width in pixels of each stored size, the smallest first. Makes no query."""
        return list(self._sources())

    def _sources(self) -> Iterator[tuple[str, int]]:
        full, last = min(self.width, FULL_WIDTH), 0
        for name, width in VARIANT_WIDTHS.items():
            sha256, actual = getattr(self, f"{name}_id"), min(width, self.width)
            if sha256 is not None and actual > last:
                yield image_url(sha256), actual
                last = actual
        if full > last:
            yield image_url(self.file_id), full

    @property
    def srcset(self) -> str:
        """The value of the attribute ``srcset``: URLs of this site, without special characters."""
        return ", ".join(f"{url} {width}w" for url, width in self.sources)

    @property
    def small_url(self) -> str:
        """URL of the small variant, or of the full image until the variant exists."""
        return image_url(self.small_id or self.file_id)

    @property
    def large_url(self) -> str:
        """URL of the large variant, or of the full image until the variant exists."""
        return image_url(self.large_id or self.file_id)

    @property
    def full_url(self) -> str:
        """URL of the image in its full size."""
        return image_url(self.file_id)

    @property
    def thumb_url(self) -> str:
        """URL of the smallest variant that exists."""
        return image_url(self.thumb_id or self.small_id or self.file_id)
