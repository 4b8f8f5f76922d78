"""The files of a package as a tree: which are texts that can be shown, and in which something was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from extery.inventory.model import Inventory

#: Files of a package that the tree shows.
MAX_ENTRIES = 1_000
#: Suffixes of files that run without being readable.
COMPILED = (".so", ".pyd", ".dll", ".dylib", ".exe", ".pyc", ".whl")


@dataclass(frozen=True)
class TreeEntry:
    """A file, or a folder with the number of files in it."""

    path: str
    depth: int
    is_folder: bool = False
    is_text: bool = False
    number: int = 0
    size: int = 0
    permissions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def is_compiled(self) -> bool:
        return self.path.lower().endswith(COMPILED)


def make_tree(
    texts: Iterable[str], inventory: Inventory | None, permissions: Mapping[str, tuple[str, ...]]
) -> tuple[list[TreeEntry], int]:
    """Return the entries in the order of a tree, folders first, and how many files are left out.

    ``texts`` are the paths of files that can be shown; ``permissions`` are those that were found in a file.
    """
    readable = set(texts)
    sizes = {file.path: file.size for file in inventory.files} if inventory is not None else {}
    paths = sorted(readable | sizes.keys(), key=_order)
    shown = paths[:MAX_ENTRIES]
    counts: dict[str, int] = {}
    for path in paths:
        for folder in _folders(path):
            counts[folder] = counts.get(folder, 0) + 1
    entries: list[TreeEntry] = []
    seen: set[str] = set()
    for path in shown:
        for folder in _folders(path):
            if folder not in seen:
                seen.add(folder)
                depth = folder.count("/")
                entries.append(TreeEntry(folder, depth, is_folder=True, number=counts[folder]))
        entries.append(
            TreeEntry(
                path,
                path.count("/"),
                is_text=path in readable,
                size=sizes.get(path, 0),
                permissions=permissions.get(path, ()),
            )
        )
    return entries, len(paths) - len(shown)


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: number + 1]) for number in range(len(parts))]


def _order(path: str) -> tuple[tuple[int, str], ...]:
    """Sort folders before files, each by name."""
    *folders, name = path.split("/")
    return (*((0, folder) for folder in folders), (1, name))
