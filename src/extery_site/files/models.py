"""The row of each stored file, identified by its SHA-256; `storage` creates and removes it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from extery_site.files.layout import LAYOUTS, Layout, file_kind_choices


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unreferenced(self) -> StoredFileQuerySet:
        """Return files to which no row of any model refers."""
        for relation in StoredFile._meta.get_fields(include_hidden=True):  # noqa: SLF001
            if isinstance(relation, models.ManyToOneRel):
                rows = relation.related_model._base_manager.filter(  # noqa: SLF001
                    **{relation.field.name: models.OuterRef("pk")}
                )
                self = self.filter(~models.Exists(rows))
        return self


class StoredFile(models.Model):
    """A file in the storage. Rows that refer to it protect it from removal."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=16, choices=file_kind_choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    quarantined_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when it is in quarantine: it is kept, and sent to no one.",
    )

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
