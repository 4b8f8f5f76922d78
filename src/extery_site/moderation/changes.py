"""What changed in a version: which packages to compare, and their stored difference."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from extery.core.errors import ExteryError, Unavailable
from extery_site.catalog.models import Package, ReplacedPackage, Version
from extery_site.files import storage
from extery_site.files.models import StoredFile
from extery_site.moderation.comparison import compare
from extery_site.moderation.models import PackageDifference
from extery_site.moderation.package_differences import FORMAT, file_key

#: Differences that were not computed recently are deleted when another one is stored.
KEPT = timedelta(days=60)
BINARY_SUFFIXES = (".whl", ".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc", ".bin")


@dataclass(frozen=True)
class Base:
    """A package to compare with."""

    sha256: str
    title: str
    file: StoredFile
    permissions: Mapping[str, str] | None = None
    """Those of its version; ``None`` for an earlier build, whose manifest is not stored."""


def approved_before(version: Version) -> Version | None:
    """Return the approved version to compare with: the next older one, otherwise the newest.

    Not one that became public without a moderator: its changes are counted again with the next ones.
    """
    approved = version.extension.versions.approved().filter(is_unreviewed=False)
    approved = approved.exclude(pk=version.pk).newest_first()
    approved = approved.prefetch_related("packages__file")
    older: Version | None = approved.filter(sort_key__lt=version.sort_key).first()
    return older or approved.first()


def find_bases(version: Version, package: Package, approved: Version | None) -> list[Base]:
    """Return what ``package`` can be compared with: the last approved version first, then earlier builds."""
    base = approved_base(approved, package)
    bases = [base] if base else []
    builds = list(version.replaced_packages.select_related("file").order_by("pk"))
    for number, build in enumerate(builds, start=1):
        if _fits(build, package):
            bases.append(Base(build.file_id, f"build {number}", build.file))
    return bases


def approved_base(approved: Version | None, package: Package) -> Base | None:
    """Return the package of the approved version for the same platforms, otherwise its first one."""
    packages = list(approved.packages.all()) if approved else []
    same = [one for one in packages if one.platforms == package.platforms]
    for one in same or packages:
        assert approved is not None
        title = f"{approved.number}, the last approved"
        return Base(one.sha256, title, one.file, approved.permissions)
    return None


def _fits(build: ReplacedPackage, package: Package) -> bool:
    both = set(build.platforms) & set(package.platforms)
    return not build.platforms or not package.platforms or bool(both)


def difference_of(package: Package, base: Base | None) -> dict[str, Any]:
    """Return the difference of a package from its base: the stored one, or it is computed and stored.

    That packages are too much to be compared is stored too: not each request is to try it again. Raises `ExteryError` or `OSError` if a package cannot be opened.
    """
    key = {
        "old_sha256": base.sha256 if base else "",
        "new_sha256": package.sha256,
        "format": FORMAT,
    }
    stored = PackageDifference.objects.filter(**key).first()
    if stored is None:
        data = _compute(package.file, base.file if base else None)
        # Two requests may have computed the same: the first row stays.
        keys = [file_key(file, package.sha256) for file in data["files"]]
        stored, _ = PackageDifference.objects.get_or_create(
            **key, defaults={"data": data, "file_keys": keys}
        )
        PackageDifference.objects.filter(computed_at__lt=timezone.now() - KEPT).delete()
    result: dict[str, Any] = stored.data
    return result


def is_compared(package: Package, base: Base | None) -> bool:
    """Whether the difference of a package from its base is stored, so that showing it costs little."""
    old = base.sha256 if base else ""
    stored = PackageDifference.objects.filter(
        old_sha256=old, new_sha256=package.sha256, format=FORMAT
    )
    return stored.exists()


def keys_of_files(packages: Mapping[str, str] | Collection[str]) -> set[str]:
    """Return the keys of the changed files of packages, from the stored differences.

    ``packages`` are SHA-256 hashes, as a mapping with the package that each is compared with (empty for
    none); otherwise all differences of a package count.
    """
    rows = PackageDifference.objects.filter(new_sha256__in=list(packages), format=FORMAT)
    return {
        key
        for old, new, keys in rows.values_list("old_sha256", "new_sha256", "file_keys")
        if not isinstance(packages, Mapping) or packages[new] == old
        for key in keys
    }


def _compute(new: StoredFile, old: StoredFile | None) -> dict[str, Any]:
    with ExitStack() as stack:
        opened = [
            stack.enter_context(storage.open_file(file)) for file in (new, old) if file is not None
        ]
        return compare(opened[0], opened[1] if old else None)


def safe_difference(package: Package, base: Base | None) -> tuple[dict[str, Any], str]:
    """Return the difference, or an empty one with a sentence why there is none."""
    empty: dict[str, Any] = {"files": [], "hosts": [], "lost_hosts": [], "limits": []}
    try:
        difference = difference_of(package, base)
    except Unavailable:
        return empty, "The packages cannot be compared now: open the page again in a minute."
    except (ExteryError, OSError):
        return empty, "A package cannot be opened: its stored file is damaged or missing."
    if "ended" in difference:
        return empty, difference["limits"][0]
    return difference, ""


def is_binary(file: Mapping[str, Any]) -> bool:
    """Whether a file of a difference can run, or contains data, without being readable."""
    return bool(file["is_binary"]) or file["name"].lower().endswith(BINARY_SUFFIXES)


@dataclass(frozen=True)
class Summary:
    """What matters most about a change, shown before the files."""

    gained: dict[str, str]
    lost: list[str]
    reasons_changed: dict[str, str]
    new_hosts: list[dict[str, Any]]
    binaries: list[dict[str, Any]]
    is_first: bool

    @property
    def is_quiet(self) -> bool:
        """Whether the version asks for nothing new."""
        return not (self.gained or self.reasons_changed or self.new_hosts or self.binaries)


def summarize(version: Version, approved: Version | None, difference: dict[str, Any]) -> Summary:
    """Return permissions, hosts and binaries that the version gains or loses."""
    before: Mapping[str, str] = approved.permissions if approved else {}
    now: Mapping[str, str] = version.permissions
    return Summary(
        gained={name: reason for name, reason in now.items() if name not in before},
        lost=[name for name in before if name not in now],
        reasons_changed={
            name: reason
            for name, reason in now.items()
            if name in before and before[name] != reason
        },
        new_hosts=[host for host in difference["hosts"] if host["is_new"]],
        binaries=[
            file for file in difference["files"] if file["status"] != "removed" and is_binary(file)
        ],
        is_first=approved is None,
    )
