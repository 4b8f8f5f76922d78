"""What the band of the page of an extension says about its newest version: permissions, and the visitor's Blender."""

from __future__ import annotations

from extery.inventory.model import Inventory
from extery_site.catalog.extension_page import Evidence, ExtensionPage, PageFacts
from extery_site.catalog.models import Version
from extery_site.scanning.description import describe
from extery_site.scanning.inventories import inventory_of_version
from extery_site.scanning.matrix import Matrix, make_matrix
from extery_site.scanning.permission_rows import permission_rows

_WORDS = {
    "fails": "Fails",
    "tested": "Tested",
    "predicted": "Should work",
    "declared": "Not checked",
    "none": "Not offered",
}


def page_facts(page: ExtensionPage) -> PageFacts:
    """Return the facts of a page, in three queries."""
    version = page.version
    if version is None:
        return PageFacts()
    inventory = inventory_for(page, version)
    mine = matrix_of(page).mine if page.approved else None
    where = "on yours" if page.mine.is_chosen else f"in Blender {page.mine.blender}"
    evidence = Evidence(mine.kind, f"{_WORDS[mine.kind]} {where}") if mine is not None else None
    if inventory is None:
        return PageFacts(evidence=evidence)
    rows = permission_rows(inventory, version.permissions)
    return PageFacts(
        is_analysed=True,
        only_found=tuple(row.name for row in rows if row.state == "undeclared"),
        number_of_things=_number_of_things(inventory) or None,
        evidence=evidence,
    )


def matrix_of(page: ExtensionPage) -> Matrix:
    """Return the matrix of the public versions, made once for a request."""
    found: Matrix | None = page.request.__dict__.get("extery_matrix")
    if found is None:
        mine = page.mine
        found = make_matrix(
            page.extension, page.approved, blender=mine.blender, platform=mine.platform
        )
        page.request.__dict__["extery_matrix"] = found
    return found


def inventory_for(page: ExtensionPage, version: Version) -> Inventory | None:
    """Return the inventory of a version, read once for a request."""
    found: dict[int, Inventory | None] = page.request.__dict__.setdefault("extery_inventories", {})
    if version.pk not in found:
        found[version.pk] = inventory_of_version(version)
    return found[version.pk]


def _number_of_things(inventory: Inventory) -> int:
    """Return how many things an extension adds to Blender, or how many colours a theme sets."""
    if areas := inventory.of_kind("theme_settings"):
        colors = (area.fields.get("colors") for area in areas)
        return sum(number for number in colors if isinstance(number, int))
    return sum(part.number for part in describe(inventory).adds)
