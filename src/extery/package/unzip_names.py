"""The names that Info-ZIP's ``unzip`` gives to members of archives made on Windows.

If an archive states DOS as its system, as those of Python, Blender and 7-Zip on Windows do, unzip 6.0
decodes names from code page 850 and writes them in ISO 8859-1, even if they are marked as UTF-8. The resulting
names do not matter, as long as no two members get the same one.
"""

from __future__ import annotations

from collections.abc import Sequence

from extery.package.central_directory import DirectoryEntry

_DOS, _HPFS, _NTFS = 0, 6, 11
# Versions of some packers whose names unzip takes for ISO 8859-1.
_DOS_VERSIONS_NOT_CONVERTED = (25, 26, 40)
_NTFS_VERSION = 50
# Characters of code page 850 that ISO 8859-1 lacks, with their replacements in unzip.
_REPLACED = str.maketrans(
    {
        **dict.fromkeys("░▒▓│┤╣║╠█■", "¦"),
        **dict.fromkeys("╗╝┐└├┼╚╔╬┘┌", "+"),
        **dict.fromkeys("┴┬─╩╦═", "-"),
        "ÿ": "",
        "ƒ": "\x83",
        "ı": "i",
        "▄": "_",
        "▀": "¯",
        "‗": "=",
    }
)


def find_clash(entries: Sequence[DirectoryEntry], names: Sequence[str]) -> tuple[str, str] | None:
    """Return the names of two members that unzip writes to the same path, or ``None``."""
    if all(map(str.isascii, names)) or not any(map(_is_converted, entries)):
        return None
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for entry, name in zip(entries, names, strict=True):
        path = _written_name(entry).rstrip("/")
        if name.endswith("/"):
            folders.setdefault(path, name)
        elif files.setdefault(path, name) != name:
            return files[path], name
        parent = path.rpartition("/")[0]
        while parent and folders.setdefault(parent, name) == name:
            parent = parent.rpartition("/")[0]
    both = files.keys() & folders.keys()
    return next(((files[path], folders[path]) for path in sorted(both)), None)


def _is_converted(entry: DirectoryEntry) -> bool:
    if entry.raw_name.isascii():
        return False
    if entry.system == _DOS:
        return entry.system_version not in _DOS_VERSIONS_NOT_CONVERTED
    return entry.system == _HPFS or (
        entry.system == _NTFS and entry.system_version == _NTFS_VERSION
    )


def _written_name(entry: DirectoryEntry) -> str:
    """Return the bytes of the name on disk, each as one character."""
    if _is_converted(entry):
        return entry.raw_name.decode("cp850").translate(_REPLACED)
    return entry.raw_name.decode("latin-1")
