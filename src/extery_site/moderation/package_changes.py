"""The size of a change, for the queue: numbers from the differences that the page of changes shows.

Comparing packages takes long: tasks call `measure`, pages read the numbers that it returned.
"""

from __future__ import annotations

from dataclasses import dataclass

from extery_site.catalog.models import Version
from extery_site.moderation.changes import approved_base, is_binary, safe_difference

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


def measure(version: Version, base: Version | None) -> PackageChange:
    """Compare the packages of ``version`` with those of ``base`` for the same platforms.

    Lines and files are those of the first package, binaries and hosts those of all. A package that
    cannot be read counts as unchanged: an approval reports it.
    """
    differences = [
        safe_difference(package, approved_base(base, package))[0]
        for package in version.packages.select_related("file").order_by("pk")
    ]
    if not differences:
        return PackageChange()
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
    )
