"""Keys of manifests that Blender ignores, and the fields that their authors meant."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from extery.core.types import PERMISSIONS, TYPES

#: Keys that a build reads below ``[build]``.
BUILD_KEYS = ("paths", "paths_exclude_pattern")
#: Keys of other formats, of ``bl_info`` above all -> the field of the manifest.
ALIASES = {
    **dict.fromkeys(
        (
            *("url", "doc_url", "wiki_url", "docs_url", "documentation", "homepage", "home_page"),
            *("tracker_url", "bug_tracker", "issue_tracker", "issues", "repository", "repo"),
            *("support_url", "project_url", "link"),
        ),
        "website",
    ),
    **dict.fromkeys(("category", "categories", "keywords", "tag"), "tags"),
    **dict.fromkeys(("author", "authors", "maintainers"), "maintainer"),
    **dict.fromkeys(
        ("blender", "blender_version", "min_blender_version", "blender_min"),
        "blender_version_min",
    ),
    **dict.fromkeys(("max_blender_version", "blender_max"), "blender_version_max"),
    **dict.fromkeys(("description", "summary", "subtitle"), "tagline"),
    **dict.fromkeys(("title", "label"), "name"),
    **dict.fromkeys(("licence", "licenses", "licences", "license_type"), "license"),
    **dict.fromkeys(("platform", "os", "systems"), "platforms"),
    **dict.fromkeys(("dependencies", "requirements", "requires"), "wheels"),
}
#: Fields that belong above all tables: below ``[permissions]`` or ``[build]`` they are keys of that table.
FIELD_NAMES = frozenset(
    {
        *("id", "schema_version", "name", "tagline", "version", "type", "maintainer", "license"),
        *("blender_version_min", "blender_version_max", "website", "copyright", "tags"),
        *("platforms", "wheels"),
    }
)
_LISTS = frozenset({"tags", "license", "platforms", "copyright"})
_MAX_LINE = 200
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def alias_of(field: str, table: Mapping[str, Any]) -> str:
    """Return the key of ``table`` that stands in place of the missing ``field``, or an empty string."""
    return next((key for key in table if ALIASES.get(key) == field), "")


def describe_key(key: str, table: Mapping[str, Any]) -> dict[str, str]:
    """Return variant and values of ``manifest.key.unknown`` for a known mistake; empty for others."""
    for parent, keys in (("permissions", PERMISSIONS), ("build", BUILD_KEYS)):
        section = table.get(parent)
        if key in keys and isinstance(section, Mapping) and key in section:
            return {"variant": "covered", "similar": f"{parent}.{key}"}
    if key in PERMISSIONS:
        return {"variant": "permission", "line": _line(key, _reason(table[key]))}
    if key in BUILD_KEYS:
        return {"variant": "build"}
    field = ALIASES.get(key)
    if field is None:
        return {}
    if field in table:
        return {"variant": "covered", "similar": field}
    first = alias_of(field, table)
    if first != key:
        return {"variant": "second", "first": repr(first), "similar": field}
    line = suggest_line(field, table[key])
    if line:
        return {"variant": "renamed", "line": line}
    return {"variant": "similar", "similar": field}


def suggest_line(field: str, value: object) -> str:
    """Return a line of a manifest with ``value``, that of another key; empty if it fits no line."""
    line = _line(field, _converted(field, value))
    return line if len(line) <= _MAX_LINE else ""


def _converted(field: str, value: object) -> object:
    """Return ``value`` in the form of ``field``, or ``None``."""
    items = value if isinstance(value, list) else [value]
    if field.startswith("blender_version"):
        return _blender_version(items)
    texts = [" ".join(item.split()) for item in items if isinstance(item, str) and item.strip()]
    if not texts or len(texts) < len(items) or field == "wheels":
        return None
    if field == "tags":
        known = {tag.lower(): tag for type_ in TYPES for tag in type_.tags}
        tags = [known.get(text.lower(), "") for text in texts]
        return tags if all(tags) else None
    if field == "license":
        return _licenses(texts)
    if field in _LISTS:
        return None
    text = ", ".join(texts)
    if field == "tagline":
        text = text.rstrip(" .!?…")
        return text if 0 < len(text) <= 64 else None
    if field == "website" and not text.startswith(("http://", "https://")):
        return None
    return text


def _licenses(texts: list[str]) -> list[str] | None:
    from extery.core.license_aliases import suggest_license

    found = [suggest_license(text) for text in texts]
    return [f"SPDX:{expression}" for expression in found] if all(found) else None


def _blender_version(items: list[object]) -> str | None:
    numbers = [item for item in items if type(item) is int]
    text = ".".join(map(str, numbers)) if numbers else str(items[0]) if items else ""
    match = _VERSION.match(text)
    return f"{match[1]}.{match[2]}.{match[3] or 0}" if match else None


def _reason(value: object) -> str:
    return value if isinstance(value, str) and 0 < len(value.strip()) <= 64 else "REASON"


def _line(key: str, value: object) -> str:
    return "" if value is None else f"{key} = {json.dumps(value, ensure_ascii=False)}"
