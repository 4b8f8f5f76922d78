"""Packages of a draft that a new upload replaces: those for the same platforms; removal. Their files are kept."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from extery.core.errors import Conflict, NotFound, Where
from extery.core.types import first_blender_for
from extery.core.versions import number_of_blender_version
from extery.manifest.document import MANIFEST_FILENAME, Manifest
from extery_site.accounts.permissions import AnyUser, require_user
from extery_site.catalog import locking
from extery_site.catalog.lifecycle import record
from extery_site.catalog.models import Event, Package, ReplacedPackage, Version
from extery_site.publish.manifest_limits import as_json

_SAME_IN_ALL_PACKAGES = (
    "name",
    "tagline",
    "maintainer",
    "license",
    "blender_version_min",
    "blender_version_max",
    "website",
    "copyright",
    "permissions",
    "tags",
)


def manifest_fields(manifest: Manifest) -> dict[str, Any]:
    """Return the fields of a version that are those of its manifest."""
    stated, maximum = manifest.blender_range
    minimum = first_blender_for(manifest.type, stated)
    return {
        "manifest": as_json(manifest),
        "blender_min": number_of_blender_version(minimum),
        "blender_max": number_of_blender_version(maximum) if maximum else None,
        "permissions": dict(manifest.permissions),
        "license": list(manifest.license),
    }


def find_replaced(version: Version, manifest: Manifest) -> list[Package]:
    """Return the packages of ``version`` that a package with ``manifest`` replaces.

    They are those for one of its platforms, and all if it, or they, are for all platforms. Raises `Conflict` if
    it differs in more than the platforms from a package that remains.
    """
    packages = list(version.packages.select_related("file"))
    replaced = [package for package in packages if _share_platform(package, manifest)]
    if len(replaced) < len(packages):
        other = Manifest.from_table(version.manifest)
        for field in _SAME_IN_ALL_PACKAGES:
            if getattr(other, field) != getattr(manifest, field):
                where = Where(MANIFEST_FILENAME, (field,))
                raise Conflict.of("upload.package-differs", where=where, field=field)
    return replaced


def _share_platform(package: Package, manifest: Manifest) -> bool:
    if not package.platforms or not manifest.platforms:
        return True
    return not set(package.platforms).isdisjoint(manifest.platforms)


def replace(version: Version, manifest: Manifest, replaced: list[Package]) -> None:
    """Move packages into the history of their version, which must be locked.

    If none remains, the version takes the manifest of the new package.
    """
    for package in replaced:
        move_to_history(package)
    if replaced and not version.packages.exists():
        for name, value in manifest_fields(manifest).items():
            setattr(version, name, value)
        version.save()


def move_to_history(package: Package) -> None:
    """Move a package into the history of its version, which must be locked; its file is kept."""
    ReplacedPackage.objects.create(
        version=package.version,
        file=package.file,
        original_name=package.original_name,
        platforms=package.platforms,
        created_at=package.created_at,
    )
    package.delete()


@transaction.atomic
def remove_package(*, version: Version, sha256: str, by: AnyUser) -> Version:
    """Remove a package from a version that its owner may edit; its texts, its thread and its history stay.

    Raises `NotFound` for a package that the version does not have.
    """
    extension = locking.lock_owned_extension(version.extension, by)
    locking.require_not_blocked(extension)
    version = locking.lock_editable_version(version, extension)
    package = version.packages.select_related("file").filter(sha256=sha256).first()
    if package is None:
        raise NotFound.of("request.not-found", variant="package")
    name = package.original_name
    package.version = version
    move_to_history(package)
    record(
        extension,
        Event.Kind.PACKAGE_REMOVED,
        by=require_user(by),
        version=version,
        text=name,
        packages=[sha256],
    )
    return version
