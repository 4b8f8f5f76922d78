"""API endpoints for what is known about the packages of a version: what they do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from extery.inventory.model import INVENTORY_VERSION
from extery_site.accounts.auth import OPTIONAL_AUTH
from extery_site.catalog.endpoints import visible_extension, visible_version
from extery_site.scanning.inventories import inventories_of

router = Router(tags=["checks"])

_VERSION = "/extensions/{extension_id}/versions/{number}"


class PackageInventoryOut(Schema):
    """The inventory of a package, or null before it was made; its members are those of `extery inspect`."""

    sha256: str
    platforms: list[str]
    inventory: dict[str, Any] | None


class InventoryOut(Schema):
    """What a version adds to Blender and what it uses, read from the code of its packages, which was not run."""

    id: str
    version: str
    inventory_version: int
    packages: list[PackageInventoryOut]


@router.get(
    f"{_VERSION}/inventory",
    response=InventoryOut,
    auth=OPTIONAL_AUTH,
    url_name="version_inventory",
)
def version_inventory(request: HttpRequest, extension_id: str, number: str) -> InventoryOut:
    """Return what a version adds to Blender and uses; drafts are visible to their owner and moderators."""
    extension = visible_extension(extension_id, request.user)
    version = visible_version(extension, number, request.user)
    packages = list(version.packages.all())
    found = inventories_of(packages)
    return InventoryOut(
        id=extension.extension_id,
        version=version.number,
        inventory_version=INVENTORY_VERSION,
        packages=[
            PackageInventoryOut(
                sha256=package.sha256,
                platforms=package.platforms,
                inventory=found[package.sha256].as_dict() if package.sha256 in found else None,
            )
            for package in packages
        ],
    )
