"""The size of a change, for the queue: numbers from the differences that the page of changes shows.

Comparing packages takes long: tasks call `measure`, pages read the numbers that it returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extery_site.catalog.models import Package, Version
from extery_site.moderation import package_differences
from extery_site.moderation.changes import approved_base, is_binary, safe_difference
from extery_site.source_search.hosts import MAX_LINE_LENGTH

MAX_HOSTS = 50


@dataclass(frozen=True)
class PackageChange:
    """The difference of a version's packages from those of its base version."""

    added: int = 0
    removed: int = 0
    files: int = 0
    new_hosts: tuple[str, ...] = ()
    binaries: int = 0
    """New and changed binaries."""
    compared: tuple[str, ...] = ()
    """The SHA-256 of the packages, those of the base last; none if something could not be compared."""


def measure(version: Version, base: Version | None) -> PackageChange:
    """Compare the packages of ``version`` with those of ``base`` for the same platforms.

    Lines and files are those of the first package, binaries and hosts those of all. A package that
    cannot be read counts as unchanged: an approval reports it.
    """
    packages = list(version.packages.select_related("file").order_by("pk"))
    found = [safe_difference(package, approved_base(base, package)) for package in packages]
    differences = [difference for difference, _ in found]
    if not differences:
        return PackageChange()
    is_complete = not any(problem for _, problem in found) and _is_complete(differences)
    files = differences[0]["files"]
    texts = [file for file in files if not is_binary(file)]
    hosts = {host["host"] for one in differences for host in one["hosts"] if host["is_new"]}
    binaries = {
        (file["name"], file["new_sha256"])
        for one in differences
        for file in one["files"]
        if is_binary(file) and file["status"] != "removed"
    }
    return PackageChange(
        added=sum(file["added"] for file in texts),
        removed=sum(file["removed"] for file in texts),
        files=len(files),
        new_hosts=tuple(sorted(hosts)[:MAX_HOSTS]),
        binaries=len(binaries),
        compared=hashes_of_comparison(packages, base) if is_complete else (),
    )


def hashes_of_comparison(packages: Iterable[Package], base: Version | None) -> tuple[str, ...]:
    """Return the hashes of the packages, sorted, and then those of the base."""
    own = sorted(package.sha256 for package in packages)
    return (*own, *(base.package_hashes if base else ()))


def _is_complete(differences: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the numbers count everything: nothing was left out, and the packages have the same texts."""
    if any(
        one["limits"] or len(one["hosts"]) >= package_differences.MAX_HOSTS for one in differences
    ):
        return False
    if not all(_is_compared(file) for one in differences for file in one["files"]):
        return False
    texts = [
        {(file["name"], file["new_sha256"]) for file in one["files"] if not is_binary(file)}
        for one in differences
    ]
    return all(other <= texts[0] for other in texts)


def _is_compared(file: Mapping[str, Any]) -> bool:
    """Whether the lines of a changed file are known; those of binaries are not, which count as such."""
    if is_binary(file):
        return True
    if file["note"] and file["note"] != package_differences.ONLY_LINE_ENDS:
        return False
    # The rest of a longer line is not searched for hosts.
    return all(len(line[3]) < MAX_LINE_LENGTH for line in file["lines"] if line[0] == "+")
