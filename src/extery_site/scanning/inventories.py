"""The inventories of versions, as their packages' checks have stored them."""

from __future__ import annotations

from collections.abc import Collection

from extery.inventory.model import Inventory
from extery.inventory.stored import load_inventory, merge_inventories
from extery_site.catalog.models import Package, Version
from extery_site.scanning.models import PackageInventory


def inventories_of(packages: Collection[Package]) -> dict[str, Inventory]:
    """Return the inventories of packages by hash, without those that are not there yet."""
    rows = PackageInventory.objects.in_bulk([package.sha256 for package in packages])
    found = {sha256: load_inventory(row.document) for sha256, row in rows.items()}
    return {sha256: one for sha256, one in found.items() if one is not None}


def inventory_of_version(version: Version) -> Inventory | None:
    """Return one inventory for all packages of a version, in one query; ``None`` if there is none yet."""
    packages = sorted(version.packages.all(), key=lambda one: (one.original_name, one.pk))
    found = inventories_of(packages)
    return merge_inventories(found[one.sha256] for one in packages if one.sha256 in found)
