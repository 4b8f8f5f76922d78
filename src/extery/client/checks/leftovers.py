"""Checks for files and folders that an interrupted Blender or Extery has left."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from extery.client import layout, operations
from extery.client.blender_lock import holder_of
from extery.client.checks.context import Context, quote, removal
from extery.client.leftovers import find_temporary_files
from extery.client.store import MAX_PART_AGE, PART_SUFFIXES
from extery.core.errors import Problem, Where
from extery.core.files import format_size
from extery.core.locks import Holder

#: Names in a repository: an extraction, an old copy that is being deleted, and what could not be deleted.
_OF_BLENDER = re.compile(r"[^.].*@|\..+\.(?:~temp~[0-9]*|temp)|\.~stale~[0-9a-f]*")
_AREA = re.compile(r"[0-9]{6}")


def find_blender_leftovers(context: Context) -> Iterator[Problem]:
    """Yield what Blender has left in repositories where it is not at work."""
    for repository in context.repositories:
        folder = repository.folder_in(context.target)
        private = folder / layout.PRIVATE_FOLDER
        if holder_of(private / layout.BLENDER_LOCK):
            continue
        for name in _names(folder):
            if _OF_BLENDER.fullmatch(name):
                path = folder / name
                yield Problem.of(
                    "doctor.leftover",
                    where=Where(str(path)),
                    name=name,
                    repository=repository.name,
                    cure=removal(path),
                )
        listings = [name for name in _names(private) if name.startswith(f"{layout.LISTING}@")]
        if listings:
            command = "del" if os.name == "nt" else "rm"
            yield Problem.of(
                "doctor.leftover",
                variant="listings",
                where=Where(str(private)),
                count=len(listings),
                repository=repository.name,
                cure=f"{command} {quote(private / layout.LISTING)}@*",
            )


def find_own_leftovers(context: Context) -> Iterator[Problem]:
    """Yield what commands of Extery have left that were killed; nothing while one is at work."""
    target = context.target
    if Holder.read(target.state_folder / layout.LOCK):
        return
    paths = find_temporary_files(target)
    known = {f"{number:06d}" for number in operations.numbers(target)}
    for repository in context.repositories:
        state = repository.folder_in(target) / layout.STATE_FOLDER
        for name in _names(state):
            if _AREA.fullmatch(name):
                area = state / name
                removed = (operations.NEW, f"{operations.OLD}/{layout.DISCARDED}*")
                paths += (
                    [area]
                    if name not in known
                    else [path for pattern in removed for path in area.glob(pattern)]
                )
    if paths:
        yield Problem.of(
            "doctor.temporary-files",
            where=Where(str(paths[0])),
            count=len(paths),
            options=context.options,
        )


def find_old_downloads(context: Context) -> Iterator[Problem]:
    """Yield parts of downloads in the store that no command has continued for a day."""
    count = size = 0
    for path in context.store.folder.rglob("*"):
        with suppress(OSError):
            status = path.stat()
            if path.suffix in PART_SUFFIXES and status.st_mtime < context.now - MAX_PART_AGE:
                count, size = count + 1, size + status.st_size
    if count:
        names = " -o ".join(f"-name '*{suffix}'" for suffix in PART_SUFFIXES)
        yield Problem.of(
            "doctor.old-downloads",
            where=Where(str(context.store.folder)),
            count=count,
            size=format_size(size),
            cure=f"find {quote(context.store.folder)} \\( {names} \\) -mtime +0 -delete",
        )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(item.name for item in folder.iterdir())
    except OSError:
        return []
