"""Removal of the temporary files that a killed run leaves in the folders of a repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from extery.repository import cache, write


def listing_folders(outputs: Iterable[str]) -> set[str]:
    """Return the folders of listings, relative to the folder of the packages, which is ``""``."""
    paths = (PurePosixPath(name) for name in outputs)
    folders = {
        str(path.parent) for path in paths if not path.is_absolute() and ".." not in path.parts
    }
    return {"" if name == "." else name for name in folders} | {""}


def remove_interrupted_writes(folder: Path, listings: Iterable[str]) -> None:
    """Remove the temporary files of a killed run from the folders of listings and of the state."""
    write.remove_temporary_files(folder / cache.FOLDER, has_packages=False)
    for name in listings:
        write.remove_temporary_files(folder / name, has_packages=bool(name))
