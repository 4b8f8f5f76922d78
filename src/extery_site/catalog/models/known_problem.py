"""In which Blenders a package breaks: what the checks of its code found, and how tests in real Blenders ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q


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


class BlenderTest(models.Model):
    """The last test of a package in a Blender of a series; ``blender`` is a number as in `KnownIncompatibility`.

    It outranks what the code says about the same Blender.
    """

    package = models.ForeignKey("catalog.Package", on_delete=models.CASCADE, related_name="+")
    blender = models.PositiveIntegerField()
    release = models.CharField(max_length=20, help_text="That of the Blender, such as 5.3.0.")
    works = models.BooleanField()
    text = models.CharField(max_length=300, blank=True, help_text="What failed.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["package", "blender"], name="catalog_blender_test_once")
        ]

    def __str__(self) -> str:
        return f"{self.package_id}: {self.release}"


def breaks_in(**of_package: Any) -> Q:
    """Return whether a package with these values breaks: it failed a test, or its code says so and no test passed.

    The values are those of both models, such as ``package__version`` and ``blender``.
    """
    passed = BlenderTest.objects.filter(
        package=OuterRef("package"), blender=OuterRef("blender"), works=True
    )
    by_code = KnownIncompatibility.objects.filter(~Exists(passed), **of_package)
    return Q(Exists(by_code)) | fails_in(**of_package)


def fails_in(**of_package: Any) -> Q:
    """Return whether a package with these values failed a test."""
    return Q(Exists(BlenderTest.objects.filter(works=False, **of_package)))
