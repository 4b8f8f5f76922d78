"""The JSON Schema of manifests 1.0.0, for editors: keys with descriptions, completion, and the most common mistakes.

A manifest without problems in `extery validate` fits the schema. The reverse is not true: a JSON Schema cannot compare
fields with each other or with files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from extery.core.platforms import KNOWN
from extery.core.types import ASSET_LIBRARY, TYPE_NAMES, TYPES, ExtensionType
from extery.manifest.schemas.asset_library import AUTH_METHODS
from extery.manifest.schemas.texts import MAX_SHORT_TEXT
from extery.manifest.schemas.v1_0_0 import FIELDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: A line of text. `[^\S]` and lookarounds are avoided: editors use different engines.
_LINE = r"^[^\s]([^\u0000-\u001f\u007f-\u009f]*[^\s])?$"
_SHORT = r"^[^\s]([^\u0000-\u001f\u007f-\u009f]*[^\s.,;:!?…/'\"_*~-])?$"
_NUMBER = r"(0|[1-9][0-9]*)"
_PART = r"(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_SEMANTIC = (
    rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_PART}(\.{_PART})*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$"
)
_BLENDER = r"^[0-9]+\.[0-9]+\.[0-9]+$"


def _text(description: str, pattern: str = _LINE, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, "pattern": pattern, **more}


def _list(description: str, items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "description": description,
        "items": items,
        "minItems": 1,
        "uniqueItems": True,
        **more,
    }


def json_schema(version: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of manifests with this ``schema_version``."""
    properties = _properties(version)
    return {
        "$schema": DIALECT,
        "title": f"Manifest of a Blender extension, {version}",
        "description": "The file blender_manifest.toml.",
        "type": "object",
        "properties": properties,
        "required": [name for name, field in FIELDS.items() if field.required],
        "additionalProperties": False,
        "allOf": [_of_type(type_) for type_ in TYPES],
    }


def _properties(version: str) -> dict[str, Any]:
    properties = {
        "schema_version": {"const": version, "description": "The version of this format."},
        "id": _text(
            "The name of the extension in URLs and in Python. It cannot be changed after publication.",
            "^[a-z](_?[a-z0-9])*$",
        ),
        "version": _text("The version of the extension (semantic versioning).", _SEMANTIC),
        "name": _text("The name that users read."),
        "tagline": _text(
            f"What the extension does, in at most {MAX_SHORT_TEXT} characters without a full stop.",
            _SHORT,
            maxLength=MAX_SHORT_TEXT,
        ),
        "maintainer": _text("Who maintains it, with an address: Ada Smith <ada@example.org>."),
        "type": {"enum": list(TYPE_NAMES), "description": "What the extension is."},
        "license": _list(
            "SPDX identifiers or expressions, each after 'SPDX:'.",
            {"type": "string", "pattern": "^SPDX:[^\\s].*$", "examples": ["SPDX:GPL-3.0-or-later"]},
        ),
        "blender_version_min": _text("The first version of Blender that it works with.", _BLENDER),
        "blender_version_max": _text(
            "The first version of Blender that it does not work with.", _BLENDER
        ),
        "website": _text("Documentation, support or source.", "^https?://[^\\s]+$", format="uri"),
        "copyright": _list(
            "Years and owner, as some licences require.",
            {"type": "string", "pattern": "^[0-9]+(-[0-9]+)? [^\\s].*$"},
        ),
        "tags": _list("What to find it by.", {"type": "string"}),
        "platforms": _list("The platforms that it is for; all if absent.", _choice(KNOWN)),
        "wheels": _list(
            "Paths of the wheels that it contains, relative to this file.",
            {"type": "string", "pattern": '^[^\\s"\\\\][^"\\\\]*\\.whl$'},
        ),
        "permissions": {
            "type": "object",
            "description": "What it needs, each with a reason that users read before they install it.",
            "additionalProperties": {
                "type": "string",
                "maxLength": MAX_SHORT_TEXT,
                "pattern": _SHORT,
            },
        },
        "asset_library": _asset_library(),
        "build": _build(),
    }
    if missing := FIELDS.keys() - properties.keys():
        raise NotImplementedError(f"fields without a JSON Schema: {sorted(missing)}")
    return properties


def _choice(names: Iterable[str]) -> dict[str, Any]:
    return {"enum": list(names)}


def _of_type(type_: ExtensionType) -> dict[str, Any]:
    """Return what differs between types: their permissions, tags, and the table of an asset library."""
    then: dict[str, Any] = {
        "properties": {
            "tags": {"items": _choice(type_.tags)},
            "permissions": {"propertyNames": _choice(type_.permissions)}
            if type_.permissions
            else False,
        }
    }
    if type_ is ASSET_LIBRARY:
        then["required"] = ["asset_library"]
    else:
        then["properties"]["asset_library"] = False
    return {
        "if": {"properties": {"type": {"const": type_.name}}, "required": ["type"]},
        "then": then,
    }


def _asset_library() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Where the assets of an asset library are.",
        "properties": {
            "remote_url": _text(
                "The URL of the folder with the assets, with a slash at its end.", "^https?://"
            ),
            "auth": {
                "type": "object",
                "description": "How to sign in there.",
                "properties": {
                    "required": {"type": "boolean", "description": "Whether a token is needed."},
                    "auth_method": {"enum": list(AUTH_METHODS)},
                },
                "required": ["required", "auth_method"],
            },
        },
        "required": ["remote_url"],
    }


def _build() -> dict[str, Any]:
    texts = {"type": "array", "items": {"type": "string", "minLength": 1}}
    return {
        "type": "object",
        "description": "Which files to pack.",
        "properties": {
            "paths": {"description": "Exactly these files and folders.", **texts},
            "paths_exclude_pattern": {
                "description": "Patterns as in .gitignore of what to leave out.",
                **texts,
            },
            "generated": {"type": "object", "description": "Written by the build; not by hand."},
        },
        "additionalProperties": False,
        "not": {"required": ["paths", "paths_exclude_pattern"]},
    }
