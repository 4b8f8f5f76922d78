"""The fields of a manifest in the order in which pages show them."""

from __future__ import annotations

from typing import Any

from extery_site.catalog.models import Version

#: Manifest fields in the order in which the page shows them.
_MANIFEST_FIELDS = (
    *("id", "version", "type", "name", "tagline", "maintainer", "license", "copyright"),
    *("blender_version_min", "blender_version_max", "website", "tags", "permissions"),
    *("platforms", "wheels", "asset_library"),
)


def manifest_rows(version: Version) -> list[tuple[str, list[str]]]:
    """Return field names and lines of text of the manifest."""
    fields = []
    for name in _MANIFEST_FIELDS:
        value = version.manifest.get(name)
        if isinstance(value, dict):
            lines = _lines_of_table(value)
        elif isinstance(value, list):
            lines = [str(item) for item in value]
        else:
            lines = [] if value is None else [str(value)]
        if lines:
            fields.append((name, lines))
    return fields


def _lines_of_table(table: dict[str, Any], prefix: str = "") -> list[str]:
    """Return a line for each value of a table and of the tables in it."""
    lines = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += _lines_of_table(value, f"{prefix}{key}.")
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            lines.append(f"{prefix}{key}: {text}")
    return lines
