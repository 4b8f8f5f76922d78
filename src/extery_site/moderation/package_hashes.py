"""Checks that a decision is about the current packages of a version, and that their files are intact."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator

from extery.core.errors import Conflict, Corrupt, InvalidInput, Problem, ProblemList, Where
from extery_site.catalog.models import Package, Version
from extery_site.files import storage
from extery_site.ui.labels import short_hash

logger = logging.getLogger(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_WHERE = Where(path=("packages",))
#: Maximum number of added, and of removed, packages that an error names.
MAX_NAMED = 20


def parse_hashes(packages: Collection[str]) -> frozenset[str]:
    """Return the hashes as 64 lower-case digits; the prefix ``sha256:`` is optional.

    Raises `InvalidInput` for anything that is not a SHA-256.
    """
    hashes = [text.strip().lower().removeprefix("sha256:") for text in packages]
    with ProblemList().raising(InvalidInput) as problems:
        for text in [text for text in hashes if not _SHA256.fullmatch(text)][:MAX_NAMED]:
            problems.add("review.bad-hash", where=_WHERE, value=text[:80])
    return frozenset(hashes)


def check_unchanged(version: Version, reviewed: frozenset[str]) -> list[str]:
    """Check that the version, which must be locked, has exactly the reviewed packages.

    Returns their hashes, sorted. Raises `Conflict` with every added and removed package.
    """
    packages = {package.sha256: package for package in version.packages.all()}
    if not packages:
        raise Conflict.of(
            "review.no-package",
            where=_WHERE,
            extension=version.extension.name,
            version=version.number,
        )
    if packages.keys() == reviewed:
        return sorted(packages)
    added = [package for sha256, package in packages.items() if sha256 not in reviewed]
    removed = sorted(reviewed - packages.keys())
    summary = Problem.of(
        "review.packages-changed",
        where=_WHERE,
        variant="summary",
        extension=version.extension.name,
        version=version.number,
        added=len(added),
        removed=len(removed),
    )
    raise Conflict(
        summary,
        *(_added_problem(package) for package in added[:MAX_NAMED]),
        *_removed_problems(removed[:MAX_NAMED]),
    )


def _added_problem(package: Package) -> Problem:
    return Problem.of(
        "review.packages-changed",
        where=_WHERE,
        package=package.file_name,
        sha256=short_hash(package.sha256),
    )


def _removed_problems(hashes: list[str]) -> Iterator[Problem]:
    """Yield a problem per removed package, with its file name if another version has it now."""
    packages = Package.objects.select_related("version__extension").filter(sha256__in=hashes)
    moved = {package.sha256: package for package in packages}
    for sha256 in hashes:
        if package := moved.get(sha256):
            yield Problem.of(
                "review.packages-changed",
                where=_WHERE,
                variant="moved",
                package=package.file_name,
                extension=package.version.extension.name,
                version=package.version.number,
                sha256=short_hash(sha256),
            )
        else:
            yield Problem.of(
                "review.packages-changed",
                where=_WHERE,
                variant="removed",
                sha256=short_hash(sha256),
            )


def check_stored_files(version: Version, reviewed: frozenset[str]) -> None:
    """Compare the stored files of the reviewed packages with their hashes.

    Raises `Corrupt` for a file that is missing or damaged, `Unavailable` if the storage does not
    answer. Needs no lock: files that are stored during the check were hashed by their upload.
    """
    packages = Package.objects.select_related("version__extension", "file")
    with ProblemList().raising(Corrupt) as problems:
        for package in packages.filter(version=version.pk):
            if package.sha256 in reviewed and (fault := storage.find_fault(package.file)):
                logger.error("package %s: %s", package.sha256, fault.kind)
                problems.add(
                    "review.package-damaged",
                    where=_WHERE,
                    variant="" if fault.kind == "missing" else fault.kind,
                    package=package.file_name,
                    **fault.values,
                )
