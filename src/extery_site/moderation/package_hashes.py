"""Compares the packages of a decision with those of the version. Changes nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

from extery.core.errors import Conflict, Corrupt, InvalidInput, ProblemList, Where
from extery_site.catalog.models import Package, Version
from extery_site.files import actions as files
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
            problems.add(
                "review.bad-hash",
                f"{text[:80]!r} is not a SHA-256",
                hint="send the 64 hexadecimal digits of the field 'sha256' of the package",
                where=_WHERE,
            )
    return frozenset(hashes)


def check_unchanged(version: Version, reviewed: frozenset[str]) -> list[str]:
    """Check that the version, which must be locked, has exactly the reviewed packages.

    Returns their hashes, sorted. Raises `Conflict` with every added and removed package.
    """
    packages = {package.sha256: package for package in version.packages.all()}
    if not packages:
        raise Conflict.of(
            "review.no-package",
            f"{version} has no package",
            hint="ask the owner to withdraw the version and upload its packages again",
            where=_WHERE,
        )
    if packages.keys() == reviewed:
        return sorted(packages)
    added = [package for sha256, package in packages.items() if sha256 not in reviewed]
    removed = sorted(reviewed - packages.keys())
    problems = ProblemList()
    problems.add(
        "review.packages-changed",
        f"the packages of {version} have changed since they were reviewed: "
        f"{len(added)} added, {len(removed)} removed",
        hint="review the current packages, then decide again",
        where=_WHERE,
    )
    lines = [
        f"added: {package.file_name} (SHA-256 {short_hash(package.sha256)})"
        for package in added[:MAX_NAMED]
    ]
    lines += _removed_lines(removed[:MAX_NAMED])
    for line in lines:
        problems.add("review.packages-changed", line, where=_WHERE)
    raise Conflict(*problems)


def _removed_lines(removed: list[str]) -> list[str]:
    """Return one line per removed package, with its file name if another version has it now."""
    packages = Package.objects.select_related("version__extension").filter(sha256__in=removed)
    elsewhere = {package.sha256: package for package in packages}
    lines = []
    for sha256 in removed:
        name = "a package"
        if package := elsewhere.get(sha256):
            name = f"{package.file_name}, which belongs to {package.version}"
        lines.append(f"removed: {name} (SHA-256 {short_hash(sha256)})")
    return lines


def check_stored_files(version: Version, reviewed: frozenset[str]) -> None:
    """Compare the stored files of the reviewed packages with their hashes.

    Raises `Corrupt` for a file that is missing or damaged, `Unavailable` if the storage does not
    answer. Needs no lock: a file that is stored meanwhile was hashed when it was uploaded.
    """
    packages = Package.objects.select_related("version__extension", "file")
    with ProblemList().raising(Corrupt) as problems:
        for package in packages.filter(version=version.pk):
            if package.sha256 in reviewed and (fault := files.find_fault(package.file)):
                logger.error("package %s: %s", package.sha256, fault)
                problems.add(
                    "review.package-damaged",
                    f"the stored file of {package.file_name} {fault}",
                    hint="restore the file from a backup, or ask the owner to discard this "
                    "version and upload it again",
                    where=_WHERE,
                )
