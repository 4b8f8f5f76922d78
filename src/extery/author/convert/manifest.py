"""Write the manifest of a converted add-on: the fields in the order of Blender's documentation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from extery.author.convert.values import Value
from extery.core.types import ADD_ON
from extery.manifest.edit import as_toml
from extery.manifest.schemas.registry import KNOWN_SCHEMA_VERSIONS

_ORDER = (
    *("schema_version", "id", "version", "name", "tagline", "maintainer", "type", "website"),
    *("tags", "blender_version_min", "blender_version_max", "license", "copyright", "platforms"),
    "wheels",
)


def render(values: Iterable[Value]) -> bytes:
    """Return the text of a manifest with these fields."""
    table: dict[str, Any] = {"schema_version": KNOWN_SCHEMA_VERSIONS[-1], "type": ADD_ON.name}
    table |= {one.field: one.value for one in values}
    lines = []
    for key in _ORDER:
        if table.get(key):
            lines += _field(key, table[key])
    permissions: Mapping[str, str] = table.get("permissions") or {}
    if permissions:
        lines += ["", "[permissions]"]
        lines += [f"{name} = {as_toml(reason)}" for name, reason in permissions.items()]
    lines.append("")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _field(key: str, value: Any) -> list[str]:
    if isinstance(value, str) or len(value) == 1:
        return [f"{key} = {as_toml(value)}"]
    return [f"{key} = [", *(f"  {as_toml(one)}," for one in value), "]"]
