"""The names of members made by DOS tools as unzip writes them: it converts them despite the UTF-8 flag.

Python and Blender on Windows, Explorer and 7-Zip write DOS as the system that made a zip. unzip (6.0) then takes
the bytes of a name for code page 850 and writes ISO 8859-1, whatever the flag for UTF-8 says. The bytes of the
file are right, so this is no difference, unless two names become one.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.parts import require_part
from tests.zips.names import add_member
from tests.zips.structure import Archive

# unzip's own rule: the systems DOS, HPFS and NTFS, with exceptions by version.
_DOS, _HPFS, _NTFS = 0, 6, 11
_DOS_VERSIONS_LEFT_ALONE = (25, 26, 40)
_NTFS_VERSION = 50


def expected_tree(data: bytes, ours: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return our tree with unzip's names, and names that more than one member gets."""
    infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
    if not any(_is_converted(info) for info in infos):
        return dict(ours), []
    tree: dict[str, str] = {}
    twice = []
    for info in infos:
        original, name = info.filename.rstrip("/"), _unzip_name(info).rstrip("/")
        steps = name.split("/")
        for depth in range(1, len(steps)):
            tree.setdefault("/".join(steps[:depth]), "dir")
        if tree.get(name, "dir") != "dir":
            twice.append(name)
        tree[name] = ours[original]
    return tree, twice


def _is_converted(info: zipfile.ZipInfo) -> bool:
    system, version = info.create_system, info.create_version
    return not info.filename.isascii() and (
        (system == _DOS and version not in _DOS_VERSIONS_LEFT_ALONE)
        or system == _HPFS
        or (system == _NTFS and version == _NTFS_VERSION)
    )


def _unzip_name(info: zipfile.ZipInfo) -> str:
    if not _is_converted(info):
        return info.filename
    table = conversion_table()
    return os.fsdecode(b"".join(table[byte] for byte in info.filename.encode()))


@cache
def conversion_table() -> list[bytes]:
    """Return unzip's conversion of each byte above ASCII, as measured."""
    archive = Archive()
    for byte in range(0x80, 0x100):
        entry = add_member(archive, b"%02x" % byte + bytes([byte]), b"")
        entry.made_by = 20
    table = [bytes([byte]) for byte in range(0x100)]
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "names.zip"), Path(folder, "out")
        path.write_bytes(archive.to_bytes())
        subprocess.run(
            [require_part("unzip"), "-o", "-q", path, "-d", out],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
        )
        for name in map(os.fsencode, os.listdir(out)):  # noqa: PTH208 (names, not paths)
            table[int(name[:2], 16)] = name[2:]
    return table
