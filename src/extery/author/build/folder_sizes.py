"""The sizes of the folders of a package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from extery.package.writer import WrittenMember


class FolderSize(NamedTuple):
    """The files in a folder and below, in number and bytes; ``path`` ends with ``/``, and is empty for the package.

    ``packed`` is the number of bytes in the package.
    """

    path: str
    files: int
    size: int
    packed: int


def folder_sizes(members: Iterable[WrittenMember]) -> list[FolderSize]:
    """Return the sizes of all folders, by path; the first is that of the package."""
    totals: dict[str, list[int]] = {"": [0, 0, 0]}
    for member in members:
        parts = member.name.split("/")[:-1]
        for depth in range(len(parts) + 1):
            path = "".join(f"{part}/" for part in parts[:depth])
            total = totals.setdefault(path, [0, 0, 0])
            total[0] += 1
            total[1] += member.size
            total[2] += member.packed
    return [FolderSize(path, *total) for path, total in sorted(totals.items())]
