"""The rows of the listings, and the revision that counts their changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Revision(models.Model):
    """One row, incremented in the transaction of every change that a listing shows."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class DownloadDay(models.Model):
    """The random key of a day for the hashes of clients, deleted with them when the day is over."""

    day = models.DateField(primary_key=True)
    key = models.CharField(max_length=64)

    def __str__(self) -> str:
        return str(self.day)


class DownloadClient(models.Model):
    """The hash of a client and a package that it has downloaded on this day."""

    digest = models.CharField(max_length=24, primary_key=True)
    day = models.DateField(db_index=True)

    def __str__(self) -> str:
        return f"a client of {self.day}"


class ListedExtension(models.Model):
    """An extension that listings show or once showed, and the revision of its last change.

    The row is kept when the extension is deleted, so that processes which read the changes since
    an earlier revision remove its entries.
    """

    extension = models.OneToOneField(
        "catalog.Extension", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    id_key = models.CharField(max_length=200, unique=True)
    revision = models.PositiveBigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.id_key} at {self.revision}"


class ListingEntry(models.Model):
    """The entry of an approved package: JSON around the site's address, and who can install it."""

    listed = models.ForeignKey(ListedExtension, on_delete=models.CASCADE, related_name="entries")
    version = models.ForeignKey("catalog.Version", on_delete=models.CASCADE, related_name="+")
    package = models.OneToOneField(
        "catalog.Package", on_delete=models.CASCADE, related_name="listing_entry"
    )
    sort_key = models.CharField(max_length=300)
    blender_min = models.PositiveIntegerField()
    blender_max = models.PositiveIntegerField(null=True)
    platforms = models.JSONField(default=list)
    python_versions = models.JSONField(default=list)
    before_address = models.TextField()
    after_address = models.TextField()

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"entry of package {self.package_id}"
