"""The manifest of a package of early 2024: another file name, another form, or fields that were not there yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from extery.author.convert.layout import AddOn
from extery.author.convert.metadata import one_line, short_text
from extery.author.convert.source import SourceFile
from extery.author.convert.values import Value
from extery.core.errors import InvalidManifest, ProblemList
from extery.core.license_aliases import suggest_license
from extery.core.licenses import PREFIX
from extery.core.text import quote_value
from extery.core.types import TYPES_BY_NAME
from extery.manifest.document import (
    MANIFEST_FILENAME,
    MAX_MANIFEST_BYTES,
    blender_tags,
    check_manifest,
    parse_table,
)

_TEXTS = (
    *("id", "version", "name", "tagline", "maintainer", "website", "blender_version_min"),
    "blender_version_max",
)
#: Names of fields that changed -> the present ones.
_OLD_NAMES = {
    "description": "tagline",
    "author": "maintainer",
    "blender_version": "blender_version_min",
    "url": "website",
}
_LISTS = ("tags", "license", "copyright", "wheels", "platforms")


def read_early(add_on: AddOn, files: Mapping[str, SourceFile]) -> Mapping[str, Any]:
    """Return the table of the manifest, empty if there is none; raises `InvalidManifest` if it cannot be parsed."""
    if not add_on.manifest:
        return {}
    data = files[add_on.manifest].read(MAX_MANIFEST_BYTES + 1)
    if add_on.manifest.endswith(".json"):
        try:
            table = json.loads(data)
        except (ValueError, RecursionError):
            return {}
        return table if isinstance(table, dict) else {}
    problems = ProblemList()
    found = parse_table(data, problems, add_on.manifest)
    if found is None:
        raise InvalidManifest(*problems)
    return found


def is_valid(add_on: AddOn, files: Mapping[str, SourceFile]) -> bool:
    """Return whether the manifest is one that Blender accepts today."""
    if add_on.manifest != MANIFEST_FILENAME:
        return False
    data = files[add_on.manifest].read(MAX_MANIFEST_BYTES + 1)
    return check_manifest(data, valid_tags=blender_tags())[0] is not None


def early_values(table: Mapping[str, Any], file: str) -> dict[str, Value]:
    """Return the fields of the manifest that are of use, by name."""
    found: dict[str, Value] = {}
    named = {_OLD_NAMES.get(key, key): value for key, value in table.items()}
    for key in _TEXTS:
        value = named.get(key)
        if isinstance(value, str) and value.strip():
            found[key] = Value(key, value.strip(), f"{file}, {key}", "stated")
    for key in _LISTS:
        value = named.get(key)
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and items and all(isinstance(one, str) for one in items):
            found[key] = Value(key, items, f"{file}, {key}", "stated")
    if named.get("type") in TYPES_BY_NAME:
        found["type"] = Value("type", named["type"], f"{file}, type", "stated")
    if "tagline" in found:
        text = short_text(one_line(found["tagline"].value))
        found["tagline"] = found["tagline"]._replace(value=text or "Add-on")
    if "license" in found:
        names = [suggest_license(one) for one in found["license"].value]
        if all(names):
            listed = [f"{PREFIX}{name}" for name in names]
            found["license"] = found["license"]._replace(value=listed)
        else:
            del found["license"]
    permissions = named.get("permissions")
    if isinstance(permissions, dict):
        reasons = {key: one for key, one in permissions.items() if isinstance(one, str)}
        found["permissions"] = Value("permissions", reasons, f"{file}, permissions", "stated")
    return found


def unused_values(table: Mapping[str, Any], values: Mapping[str, Value]) -> dict[str, str]:
    """Return what an early manifest says and no field has, such as a ``[build]`` table; long values are cut."""
    return {
        key: quote_value(value)
        for key, value in table.items()
        if _OLD_NAMES.get(key, key) not in values and key not in ("schema_version", "type")
    }
