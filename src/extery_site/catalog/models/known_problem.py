"""Blenders in which a package certainly breaks, as the checks of its code found; for filters of the catalogue."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class KnownIncompatibility(models.Model):
    """A Blender in which a package breaks: its number is that of the first release, such as 5003000 for 5.3."""

    package = models.ForeignKey("catalog.Package", on_delete=models.CASCADE, related_name="+")
    blender = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "known incompatibilities"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["package", "blender"], name="catalog_incompatibility_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.package_id}: {self.blender}"
