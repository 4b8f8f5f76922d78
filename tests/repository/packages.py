"""Writes packages for tests, with some fields of the manifest changed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.samples.packages import ADD_ON, MANIFEST, THEME, XML, packed, wheel


def put(
    folder: Path,
    name: str,
    /,
    *,
    version: str = "1.2.3",
    extension_id: str = "gear_tool",
    kind: str = "add-on",
    extra: str = "",
    **fields: str | list[str],
) -> Path:
    """Put a package called ``name`` into ``folder``; ``extra`` is TOML, ``fields`` are texts and lists.

    It contains the wheels that ``fields`` list.
    """
    lines = dict(
        line.split(" = ", 1)
        for line in (THEME if kind == "theme" else ADD_ON).decode().splitlines()
    )
    changed = {"id": extension_id, "version": version, "type": kind} | fields
    if kind == "asset-library" and not extra:
        extra = f'[asset_library]\nremote_url = "https://assets.example.org/{extension_id}/"\n'
    lines |= {key: json.dumps(value) for key, value in changed.items()}
    manifest = "".join(f"{key} = {value}\n" for key, value in lines.items()) + extra
    beside = {"add-on": [("__init__.py", b"")], "theme": [("dusk.xml", XML)]}.get(kind, [])
    path = folder / name
    path.write_bytes(
        packed((MANIFEST, manifest.encode()), *beside, *_wheels(fields.get("wheels", [])))
    )
    return path


def _wheels(paths: str | list[str]) -> list[tuple[str, bytes]]:
    names = [path.removeprefix("./") for path in paths]
    return [(name, wheel("-".join(name.rpartition("/")[2].split("-")[:2]))) for name in names]
