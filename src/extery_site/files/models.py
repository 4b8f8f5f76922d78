"""One row for each file in the storage, identified by its SHA-256."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import timezone


@dataclass(frozen=True)
class Layout:
    """Where the files of a kind are in the storage, and what they are."""

    folder: str
    suffix: str
    media_type: str

    def name(self, sha256: str) -> str:
        return f"{self.folder}/{sha256[:2]}/{sha256}{self.suffix}"


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unreferenced(self) -> StoredFileQuerySet:
        """Those to which no row of any model refers."""
        for relation in StoredFile._meta.get_fields(include_hidden=True):  # noqa: SLF001
            if isinstance(relation, models.ManyToOneRel):
                rows = relation.related_model._base_manager.filter(  # noqa: SLF001
                    **{relation.field.name: models.OuterRef("pk")}
                )
                self = self.filter(~models.Exists(rows))
        return self


class StoredFile(models.Model):
    """A file in the storage. Rows that refer to it protect it from removal."""

    class Kind(models.TextChoices):
        PACKAGE = "package", "Package"
        IMAGE = "image", "Image"

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StoredFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def layout(self) -> Layout:
        return LAYOUTS[self.kind]

    @property
    def name(self) -> str:
        """The name in the storage, such as ``packages/ab/abcd….zip``."""
        return self.layout.name(self.sha256)

    def is_referenced(self) -> bool:
        """Whether a row of any model refers to this file."""
        return not StoredFile.objects.filter(pk=self.pk).unreferenced().exists()


LAYOUTS: dict[str, Layout] = {
    StoredFile.Kind.PACKAGE: Layout("packages", ".zip", "application/zip"),
    StoredFile.Kind.IMAGE: Layout("images", ".webp", "image/webp"),
}


def image_url(sha256: str) -> str:
    """The address of an image; needs no query."""
    return settings.MEDIA_URL + LAYOUTS[StoredFile.Kind.IMAGE].name(sha256)
