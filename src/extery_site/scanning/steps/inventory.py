"""What a package adds to Blender and what it uses, for pages, the API and the search."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from django.db import transaction

from extery.core.errors import InvalidPackage
from extery.inventory.model import INVENTORY_VERSION
from extery.inventory.stored import load_inventory
from extery.package.theme_colors import PREVIEW_ROLES
from extery.rules import REVISION
from extery_site.catalog.models import Extension, Package, ThemeColours
from extery_site.catalog.stored_values import without_nul
from extery_site.scanning.models import PackageInventory
from extery_site.scanning.package_check import read_isolated
from extery_site.scanning.search_index import index_extension
from extery_site.scanning.steps.step import Outcome, Step, StepOutcome

NAME = "inventory"
#: Increment when something else is stored of a package.
_STORED = 1
#: Those of the drawing of a theme.
_COLOUR = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?")


def version() -> str:
    """Return the version of the format, and the revision of the rules, which find what needs a permission."""
    return f"{INVENTORY_VERSION}.{REVISION}.{_STORED}"


def _run(package: Package, file: BinaryIO) -> StepOutcome:
    try:
        read = read_isolated("inventory", file, package.original_name, read=_read, processes=True)
    except InvalidPackage as error:
        return StepOutcome.of_unreadable(error)
    document = without_nul(read["document"])
    with transaction.atomic():
        # A transition that makes its version the newest waits, and then finds the inventory.
        locked = Extension.objects.select_for_update(of=("self",))
        extension = locked.filter(pk=package.version.extension_id).first()
        PackageInventory.objects.update_or_create(
            pk=package.sha256, defaults={"document": document, "version": version()}
        )
        if read["theme_colours"]:
            ThemeColours.objects.update_or_create(
                pk=package.sha256, defaults={"colours": read["theme_colours"]}
            )
        if extension is not None:  # it may have been discarded meanwhile
            index_extension(extension)
    details = {"entries": read["entries"], "not_analysed": read["not_analysed"]}
    return StepOutcome(Outcome.PASSED, details=details)


def _read(value: Any) -> dict[str, Any]:
    """Return what the process of the inventory returned, if it is one."""
    if load_inventory(value["document"]) is None:
        raise ValueError("not an inventory")
    return {
        "document": value["document"],
        "entries": int(value["entries"]),
        "not_analysed": int(value["not_analysed"]),
        "theme_colours": read_colours(value["theme_colours"]),
    }


def read_colours(value: Any) -> dict[str, str]:
    """Return the colours that the process of the inventory returned; raises `ValueError` for anything else."""
    are_colours = isinstance(value, dict) and all(
        name in PREVIEW_ROLES and isinstance(text, str) and _COLOUR.fullmatch(text)
        for name, text in value.items()
    )
    if not are_colours:
        raise ValueError("not the colours of a theme")
    return dict(value)


INVENTORY = Step(NAME, "What it does", is_configured=lambda: True, version=version, run=_run)
