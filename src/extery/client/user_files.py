"""Compare an installed extension with its package: files that the user or the extension added, changed or lost.

Files that Python writes are ignored. Symbolic links are never followed.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from extery.core.errors import ExteryError
from extery.package import Member, Package, open_package

#: Maximum number of files that are compared.
MAX_FILES = 200_000
_BLOCK = 1 << 20
_PYTHON_CACHE = "__pycache__"


class Differences(NamedTuple):
    """Relative names of files, sorted: not in the package, with other content, and missing."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def of_user(self) -> tuple[str, ...]:
        """The files that would be lost with the folder."""
        return tuple(sorted((*self.added, *self.changed)))


NO_DIFFERENCES = Differences()


def compare(folder: Path, package: Package) -> Differences:
    """Compare every file below ``folder`` with its member of ``package``, by size and checksum."""
    root = package.root
    members = {
        member.name[len(root) :]: member
        for member in package.members
        if not member.is_folder and member.name.startswith(root)
    }
    added, changed = [], []
    for name in files_below(folder):
        member = members.pop(name, None)
        if member is None:
            added.append(name)
        elif not _is_same(folder / name, member):
            changed.append(name)
    return Differences(tuple(sorted(added)), tuple(sorted(changed)), tuple(sorted(members)))


def files_below(folder: Path) -> Iterator[str]:
    """Yield the relative names of all files and links below a folder, at most `MAX_FILES`."""
    pending, count = [""], 0
    while pending:
        parent = pending.pop()
        try:
            items = [*os.scandir(folder / parent)]
        except OSError:
            continue
        for item in items:
            name = f"{parent}{item.name}"
            if item.is_dir(follow_symlinks=False):
                if item.name != _PYTHON_CACHE:
                    pending.append(f"{name}/")
                continue
            count += 1
            if count > MAX_FILES:
                return
            yield name


def _is_same(path: Path, member: Member) -> bool:
    try:
        if path.is_symlink() or path.stat().st_size != member.size:
            return False
        crc = 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                crc = zlib.crc32(block, crc)
    except OSError:
        return False
    return crc == member.crc


def files_of_user(folder: Path, package: Path) -> list[str]:
    """Return the files in a folder that are not those of the package; none if the package is not there."""
    try:
        with open_package(package) as opened:
            return [*compare(folder, opened).of_user]
    except (ExteryError, OSError):
        return []
