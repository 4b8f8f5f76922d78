"""Small real packages, built in memory."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

INIT = "def register():\n    pass\n\n\ndef unregister():\n    pass\n"
LIBRARY_URL = "https://assets.example.org/gears/"
THEME = "<bpy>\n  <Theme></Theme>\n  <ThemeStyle></ThemeStyle>\n</bpy>\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


def manifest(**fields: Any) -> str:
    """Return a valid manifest; fields that are ``None`` are left out."""
    values: dict[str, Any] = {
        "schema_version": "1.0.0",
        "id": "gear_tool",
        "version": "1.0.0",
        "name": "Gear Tool",
        "tagline": "Makes gears that turn",
        "maintainer": "Ada Tester <ada@example.org>",
        "type": "add-on",
        "blender_version_min": "4.2.0",
        "license": ["SPDX:GPL-3.0-or-later"],
        **fields,
    }
    return "".join(
        f"{key} = {_toml(value)}\n" for key, value in values.items() if value is not None
    )


def package(*, files: dict[str, str | bytes] | None = None, **fields: Any) -> bytes:
    """Return a package with a manifest, its main file and ``files``."""
    if fields.get("type") == "asset-library":
        fields = {"asset_library": {"remote_url": LIBRARY_URL}, **fields}
    members: dict[str, str | bytes] = {"blender_manifest.toml": manifest(**fields)}
    if fields.get("type") == "theme":
        members["theme.xml"] = THEME
    elif fields.get("type") != "asset-library":
        members["__init__.py"] = INIT
    return zip_of({**members, **(files or {})})


def zip_of(members: dict[str, str | bytes]) -> bytes:
    """Return a reproducible zip with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def encrypted(data: bytes) -> bytes:
    """Return the zip with every member marked as encrypted."""
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            flags = struct.unpack_from("<H", changed, place + offset)[0]
            struct.pack_into("<H", changed, place + offset, flags | 1)
            place = changed.find(signature, place + 4)
    return bytes(changed)


def bomb() -> bytes:
    """Return a package of a few hundred kilobytes that unpacks to more than the limit."""
    with_zeros = {"zeros.bin": bytes(60_000_000)}
    buffer = io.BytesIO(package())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in with_zeros.items():
            archive.writestr(name, content)
    return buffer.getvalue()
