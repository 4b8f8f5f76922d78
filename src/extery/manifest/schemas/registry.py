"""The versions of the manifest's schema that Extery reads.

A version is an interface of its own: a site and the tools may support several at once. A new one gets a row here, a module
with its fields, and its JSON Schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class SchemaVersion(NamedTuple):
    """A version of the schema. ``json_schema`` returns the JSON Schema of its manifests (draft 2020-12)."""

    version: str
    first_blender: str
    summary: str
    json_schema: Callable[[], Mapping[str, Any]]


def _json_schema_1_0_0() -> Mapping[str, Any]:
    from extery.manifest.schemas.json_schema import json_schema  # only editors need it

    return json_schema("1.0.0")


#: All versions, the newest last.
SCHEMA_VERSIONS = (
    SchemaVersion(
        "1.0.0",
        "4.2",
        "permissions is a table of reasons.",
        _json_schema_1_0_0,
    ),
)
KNOWN_SCHEMA_VERSIONS = tuple(one.version for one in SCHEMA_VERSIONS)
LATEST = SCHEMA_VERSIONS[-1]


def find_schema(version: str) -> SchemaVersion | None:
    """Return the schema with this version, or ``None``."""
    return next((one for one in SCHEMA_VERSIONS if one.version == version), None)
