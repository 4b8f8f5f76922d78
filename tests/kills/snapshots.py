"""Snapshots of a folder at every write of a run: what a kill at that moment would leave there.

One run with snapshots replaces one killed run for each write. Files keep their times and, as hard
links, their inodes, by which Extery recognizes them; a file that is being written is copied.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

#: Ending of files that are renamed when they are complete.
TEMPORARY = ".new"


class Snapshots:
    """Stores the states of ``folder`` below ``root``, each once, numbered in their order."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root
        self._being_written: set[int] = set()
        self._last: object = None
        self._count = 0

    def take(self, *, torn: int | None = None) -> None:
        """Store the present state, with half of the content of the open file ``torn``."""
        if not self.folder.exists():
            return
        inode = None
        if torn is not None:
            about = os.fstat(torn)
            name = os.readlink(f"/proc/self/fd/{torn}")  # noqa: PTH115  its end is compared
            if not stat.S_ISREG(about.st_mode) or name.endswith(TEMPORARY):
                return
            inode = about.st_ino
        state = (inode, _attributes(self.folder))
        if state == self._last:
            return
        self._last = state
        self._count += 1

        def copy(source: str, target: str) -> None:
            number = os.lstat(source).st_ino
            if number not in self._being_written:
                os.link(source, target)
                return
            shutil.copy2(source, target)
            if number == inode:
                os.truncate(target, Path(target).stat().st_size // 2)

        target = self.root / f"{self._count:04}"
        shutil.copytree(self.folder, target, symlinks=True, copy_function=copy)

    def note(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        """Note after a write which files are still being written."""
        if name == "open":
            handle = result if isinstance(result, int) else result.fileno()
            self._being_written.add(os.fstat(handle).st_ino)
        elif name in ("replace", "rename"):
            self._being_written.discard(os.lstat(arguments[1]).st_ino)


def _attributes(folder: Path) -> object:
    found = []
    for path in sorted(folder.rglob("*")):
        about = path.lstat()
        # The time of a folder changes with its names. The next run removes temporary files unread.
        is_read = path.is_file() and path.suffix != TEMPORARY
        seen = (about.st_ino, about.st_size, about.st_mtime_ns) if is_read else ()
        found.append((path, about.st_mode, seen))
    return found


def unshare(path: str | os.PathLike[str], root: Path) -> None:
    """Give snapshots that have a hard link to ``path``, which is about to change, a copy of it."""
    try:
        about = os.lstat(path)
    except OSError:  # about to be created
        return
    if about.st_nlink < 2:
        return
    for other in root.rglob("*"):
        if os.path.samestat(other.lstat(), about):
            copy = other.with_name(f"{other.name}.copy")
            shutil.copy2(other, copy)
            copy.replace(other)
