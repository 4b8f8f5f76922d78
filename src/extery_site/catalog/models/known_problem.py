"""In which Blenders a package breaks: what the checks of its code found, and how tests in real Blenders ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from extery.core.compatibility import BlenderRange
from extery.core.versions import blender_version_of_number, short_blender_version

if TYPE_CHECKING:
    from extery_site.catalog.models.version import Version


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
    return Q(Exists(_by_code(**of_package))) | fails_in(**of_package)


def broken_blenders(version: Version) -> list[str]:
    """Return the Blenders of its range in which a version breaks, such as ``5.3``, the oldest first; one query."""
    failed = BlenderTest.objects.filter(works=False, package__version=version)
    found = _by_code(package__version=version).values_list("blender", flat=True)
    series = [
        short_blender_version(blender_version_of_number(number))
        for number in sorted(found.union(failed.values_list("blender", flat=True)))
    ]
    return [one for one in series if version.blender_range.overlaps(BlenderRange.of_series(one))]


def _by_code(**of_package: Any) -> models.QuerySet[KnownIncompatibility]:
    """Return what the code says about packages with these values, where no test passed."""
    passed = BlenderTest.objects.filter(
        package=OuterRef("package"), blender=OuterRef("blender"), works=True
    )
    return KnownIncompatibility.objects.filter(~Exists(passed), **of_package)


def fails_in(**of_package: Any) -> Q:
    """Return whether a package with these values failed a test."""
    return Q(Exists(BlenderTest.objects.filter(works=False, **of_package)))
