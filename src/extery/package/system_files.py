"""Files that operating systems add to folders and archives, and that belong to no extension."""

from __future__ import annotations

#: Names of files and folders, in lower case -> the system.
_NAMES = {
    ".ds_store": "macOS",
    "__macosx": "macOS",
    ".appledouble": "macOS",
    ".spotlight-v100": "macOS",
    ".trashes": "macOS",
    ".fseventsd": "macOS",
    "thumbs.db": "Windows",
    "desktop.ini": "Windows",
    "$recycle.bin": "Windows",
}
#: macOS stores attributes of the file ``gear.png`` in ``._gear.png``.
_ATTRIBUTES = "._"


def system_of(name: str) -> str:
    """Return ``macOS`` or ``Windows`` for a path that it adds by itself, and an empty string for others."""
    for part in name.rstrip("/").split("/"):
        if part.startswith(_ATTRIBUTES) and len(part) > len(_ATTRIBUTES):
            return "macOS"
        if system := _NAMES.get(part.lower()):
            return system
    return ""
