"""Packages that have most of their content in common with a package of another owner.

An index of fingerprints finds the few extensions to compare with, so nothing compares a package with all others. What
many owners have, such as a vendored library, says nothing and is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber

from extery_site.catalog.models import Package, Version
from extery_site.files.models import StoredFile
from extery_site.scanning.fingerprints import (
    MAX_CODE_VALUES,
    MAX_FILE_VALUES,
    Sketch,
    share,
)
from extery_site.scanning.models import PackageSketch, SketchValue

#: What more other owners than this have in common is no copy of one of them.
MAX_OWNERS = 4
#: Extensions of the index by value; more than `MAX_OWNERS`, since one owner may have several.
MAX_EXTENSIONS = 24
#: The share of a package from which on it is pointed out.
MIN_SHARE = 0.5
#: Fewer fingerprints of code are what small add-ons have in common by chance.
MIN_CODE = 20
MIN_FILES = 2
MAX_FOUND = 5
_MAX_CANDIDATES = 12
#: The newest packages of each candidate: one with very many does not keep others from being compared.
_MAX_PACKAGES = 8
_BATCH = 500


class NearDuplicate(NamedTuple):
    """A version of another owner, and how much of a package is in it too, from 0 to 1."""

    version: Version
    code: float
    """Of the Python code, without names and layout."""
    files: float
    """Of the files, byte for byte."""

    @property
    def code_percent(self) -> int:
        """The share of the code, rounded down."""
        return int(self.code * 100)

    @property
    def files_percent(self) -> int:
        """The share of the files, rounded down."""
        return int(self.files * 100)


@transaction.atomic
def store_sketch(package: Package, sketch: Sketch) -> None:
    """Store the fingerprints of a package; its extension must be locked, and exist."""
    extension = package.version.extension_id
    PackageSketch.objects.update_or_create(
        pk=package.sha256,
        defaults={"extension_id": extension, "files": sketch.files, "code": sketch.code},
    )
    _add_values(extension, {*sketch.files, *sketch.code})


def _add_values(extension: int, values: Collection[int]) -> None:
    """Add an extension to the index, except by values that are in many others already."""
    rows = SketchValue.objects.filter(value__in=values).values("value").annotate(number=Count("pk"))
    full = set(rows.filter(number__gte=MAX_EXTENSIONS).values_list("value", flat=True))
    SketchValue.objects.bulk_create(
        [SketchValue(value=value, extension_id=extension) for value in sorted(values) if value not in full],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )  # fmt: skip


def forget_removed_sketches() -> int:
    """Delete the fingerprints of packages that no longer exist, and return their number.

    Values that another package of the extension has are kept.
    """
    stored = StoredFile.objects.filter(pk=OuterRef("pk"))
    gone = PackageSketch.objects.filter(~Exists(stored))
    extensions = set(gone.values_list("extension_id", flat=True))
    number, _ = gone.delete()
    for extension in extensions:
        with transaction.atomic():
            SketchValue.objects.filter(extension=extension).delete()
            for row in PackageSketch.objects.filter(extension=extension):
                _add_values(extension, {*row.files, *row.code})
    return number


def find_near_duplicates(version: Version) -> list[NearDuplicate]:
    """Return versions of other owners that share most of the content of a version, in four queries.

    One for each extension: that with the most in common. Drafts and deleted extensions are left out.
    """
    mine = list(PackageSketch.objects.filter(pk__in=version.package_hashes))
    values = {value for sketch in mine for value in (*sketch.files, *sketch.code)}
    if not values:
        return []
    candidates, common = _candidates(version, values)
    if not candidates:
        return []
    packages = (
        Package.objects.filter(version__extension__in=candidates)
        .exclude(version__status=Version.Status.DRAFT)
        .exclude(version__extension__deleted_at__isnull=False)
        .annotate(
            place=Window(RowNumber(), partition_by="version__extension_id", order_by=F("pk").desc())
        )
        .filter(place__lte=_MAX_PACKAGES)
        .select_related("version__extension__owner")
    )
    others = {package.sha256: package for package in packages}
    best: dict[int, NearDuplicate] = {}
    for other in PackageSketch.objects.filter(pk__in=others):
        found = _compare(mine, other, others[other.pk].version, common)
        before = best.get(other.extension_id)
        if before is None or _order(found) > _order(before):
            best[other.extension_id] = found
    wanted = [found for found in best.values() if max(found.code, found.files) >= MIN_SHARE]
    return sorted(wanted, key=_order, reverse=True)[:MAX_FOUND]


def _candidates(version: Version, values: Collection[int]) -> tuple[list[int], set[int]]:
    """Return the extensions with most values in common, and the values that many owners have."""
    owner = version.extension.owner_id
    owners: dict[int, set[int]] = defaultdict(set)
    extensions: dict[int, set[int]] = defaultdict(set)
    rows = SketchValue.objects.filter(value__in=values).exclude(extension__owner=owner)
    for value, extension, other in rows.values_list("value", "extension_id", "extension__owner_id"):
        owners[value].add(other)
        extensions[value].add(extension)
    common = {value for value, found in owners.items() if len(found) > MAX_OWNERS}
    counts = Counter(
        extension
        for value, found in extensions.items()
        if value not in common
        for extension in found
    )
    return [extension for extension, _ in counts.most_common(_MAX_CANDIDATES)], common


def _compare(
    mine: list[PackageSketch], other: PackageSketch, version: Version, common: set[int]
) -> NearDuplicate:
    code = [
        share(one.code, other.code, MAX_CODE_VALUES, ignored=common, least=MIN_CODE) for one in mine
    ]
    files = [
        share(one.files, other.files, MAX_FILE_VALUES, ignored=common, least=MIN_FILES)
        for one in mine
    ]
    return NearDuplicate(version, max(code), max(files))


def _order(found: NearDuplicate) -> tuple[float, float, int]:
    # Of versions with as much in common, the oldest: it is the original of the others.
    return max(found.code, found.files), found.code + found.files, -found.version.pk
