"""Finds the packages that are known as bad, or have such a file: by the SHA-256 that `known_bad_list` keeps.

What is uploaded is compared at once. What is there already is found without opening it: packages by their own hash, texts by the
index of the source search, wheels by what their check has remembered. Other files in packages that are there are not found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.apps import apps
from django.utils import timezone

from extery_site.catalog.models import Package, ReplacedPackage
from extery_site.files.models import StoredFile
from extery_site.scanning.models import KnownBadFile, KnownWheel, StepResult
from extery_site.scanning.rows import report_of
from extery_site.scanning.steps import wheels

#: Hashes of a query, below the limit of variables of SQLite.
BATCH = 500


class Found(NamedTuple):
    """A package of a version that is known as bad, or has such a file at ``path``."""

    package: str
    sha256: str
    path: str = ""


def is_listed(sha256: str) -> bool:
    """Whether a package with these bytes is known as bad."""
    return KnownBadFile.objects.filter(pk=sha256).exists()


def any_listed() -> bool:
    """Whether the site knows any bad file, so that the files of uploads are compared."""
    return KnownBadFile.objects.exists()


def known_bad_among(hashes: Collection[str]) -> set[str]:
    """Return those of the hashes that are known as bad."""
    return {
        sha256
        for batch in batches(list(hashes))
        for sha256 in KnownBadFile.objects.filter(pk__in=batch).values_list("pk", flat=True)
    }


def find_stored(hashes: Collection[str]) -> Iterator[Found]:
    """Yield the packages of versions that have one of the hashes, or a file with it, each once."""
    seen: set[str] = set()
    for found in (*_packages(hashes), *find_texts(hashes), *find_wheels(hashes)):
        if found.package not in seen:
            seen.add(found.package)
            yield found


def _packages(hashes: Collection[str]) -> Iterable[Found]:
    for model, field in ((Package, "sha256"), (ReplacedPackage, "file_id")):
        rows = model._default_manager.filter(**{f"{field}__in": hashes})  # noqa: SLF001
        for sha256 in rows.values_list(field, flat=True):
            yield Found(sha256, sha256)


def find_texts(hashes: Collection[str]) -> Iterable[Found]:
    """Texts in packages; ``source_search`` is beside this app."""
    rows = apps.get_model("source_search", "PackageFile").objects.filter(file__sha256__in=hashes)
    for package, sha256, path in rows.values_list("package__sha256", "file__sha256", "path"):
        yield Found(package, sha256, path)


def find_wheels(hashes: Collection[str]) -> Iterable[Found]:
    wanted = set(KnownWheel.objects.filter(sha256__in=hashes).values_list("sha256", flat=True))
    if not wanted:
        return
    rows = StepResult.objects.filter(name=wheels.NAME, outcome__in=("passed", "findings"))
    for result in rows.iterator(chunk_size=200):
        report = report_of(result)
        for wheel in report.wheels if report else ():
            if wheel.sha256 in wanted:
                yield Found(result.file_check_id, wheel.sha256, wheel.filename)


def quarantine_replaced(sha256: str) -> None:
    """Put the file of a replaced package, which belongs to the history of a version, into quarantine."""
    rows = StoredFile.objects.filter(pk=sha256, quarantined_at=None)
    rows.update(quarantined_at=timezone.now())


def batches(hashes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(hashes), BATCH):
        yield hashes[start : start + BATCH]
