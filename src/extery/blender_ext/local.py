"""The folder of a repository on this computer, with the names that Blender uses in it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from extery.client import layout
from extery.core.files import MAX_READ, atomic_write, read_regular

#: Seconds after which a file that a killed or interrupted process has left is removed.
_MAX_AGE = 86_400.0


@dataclass(frozen=True)
class RepositoryFolder:
    """The folder of a repository, which may not exist yet."""

    path: Path

    @property
    def private(self) -> Path:
        return self.path / layout.PRIVATE_FOLDER

    @property
    def listing(self) -> Path:
        return self.private / layout.LISTING

    def cached_package(self, identifier: str) -> Path:
        """Return the path of the package of an extension that `install` has downloaded."""
        return self.private / layout.PACKAGE_CACHE / f"{identifier}.zip"

    def read_listing(self) -> bytes:
        """Return the stored listing; raises `OSError`."""
        return read_regular(self.listing, limit=MAX_READ)

    def write_listing(self, data: bytes, *, suffix: str = "") -> Path:
        """Replace the stored listing, or with ``suffix`` write one beside it; return its path."""
        path = self.private / f"{layout.LISTING}{suffix}"
        with atomic_write(path) as file:
            file.write(data)
        return path

    def remove_leftovers(self) -> None:
        """Remove listings of checks that have ended, files of killed writes, and parts of old downloads."""
        for folder in (self.private, self.private / layout.PACKAGE_CACHE):
            with suppress(OSError), os.scandir(folder) as items:
                for item in filter(_is_leftover, items):
                    with suppress(OSError):
                        if abs(time.time() - item.stat().st_mtime) > _MAX_AGE:
                            os.unlink(item.path)


def _is_leftover(item: os.DirEntry[str]) -> bool:
    name = item.name
    return (
        name.startswith(f"{layout.LISTING}@")
        or (name.startswith(".") and name.endswith(".new"))
        or name.endswith((".zip.part", ".zip.part.etag"))
    )
