"""The parts of the extension page that come from the checks of its packages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from extery.core.versions import BLENDER_SERIES, format_series
from extery.inventory.model import Inventory
from extery_site.catalog.models import Extension, Version
from extery_site.scanning.compatibility import compatibility_of
from extery_site.scanning.description import describe
from extery_site.scanning.inventories import inventory_of_version
from extery_site.scanning.permission_rows import permission_rows


def permissions_section(
    request: HttpRequest, extension: Extension, version: Version | None
) -> SafeString:
    """Render the permissions that a version declares beside those that it uses; nothing without an inventory."""
    inventory = _inventory(request, version)
    if version is None or inventory is None:
        return SafeString("")
    context = {
        "extension": extension,
        "version": version,
        "rows": permission_rows(inventory, version.permissions),
        "not_analysed": len(inventory.unread),
    }
    return render_to_string("scanning/permissions.html", context, request)


def description_section(
    request: HttpRequest, extension: Extension, version: Version | None
) -> SafeString:
    """Render what a version does; nothing without an inventory."""
    inventory = _inventory(request, version)
    description = describe(inventory) if inventory is not None else None
    if version is None or description is None or description.is_empty:
        return SafeString("")
    context = {"extension": extension, "version": version, "description": description}
    return render_to_string("scanning/description.html", context, request)


def compatibility_section(
    request: HttpRequest, extension: Extension, version: Version | None
) -> SafeString:
    """Render in which Blenders a version works; nothing without a result."""
    found = compatibility_of([version]) if version is not None else {}
    if version is None or version.pk not in found:
        return SafeString("")
    context = {"extension": extension, "version": version, "compatibility": found[version.pk]}
    return render_to_string("scanning/compatibility.html", context, request)


def versions_content(
    request: HttpRequest, extension: Extension, versions: Sequence[Version]
) -> tuple[SafeString, dict[int, SafeString]]:
    """Render the table of versions and Blenders, and for each version by key what is known about it."""
    found = compatibility_of(versions)
    parts = {
        version.pk: render_to_string(
            "scanning/version.html",
            {
                "extension": extension,
                "version": version,
                "before": before,
                "compatibility": found.get(version.pk),
            },
            request,
        )
        for version, before in zip_longest(versions, versions[1:])
    }
    if not found:
        return SafeString(""), parts
    rows = [(version, found[version.pk]) for version in versions if version.pk in found]
    context = {"blenders": [format_series(one) for one in BLENDER_SERIES], "rows": rows}
    return render_to_string("scanning/matrix.html", context, request), parts


def _inventory(request: HttpRequest, version: Version | None) -> Inventory | None:
    """Return the inventory of a version, read once for a request."""
    if version is None:
        return None
    found: dict[int, Inventory | None] = request.__dict__.setdefault("extery_inventories", {})
    if version.pk not in found:
        found[version.pk] = inventory_of_version(version)
    return found[version.pk]
