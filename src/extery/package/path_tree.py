"""A tree of all members' paths, to find those that collide on case-insensitive systems.

`extery.package.collisions` adds each good name once; problems are added to a list meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from extery.core.errors import ProblemList, Where
from extery.package.names import MAX_NAME_PROBLEMS, collision_key, quote_name

#: Maximum number of files and folders, including folders that are only part of other names.
MAX_NODES = 250_000
# A short name of Windows: up to six characters, or two and a checksum, then ~ and a number.
_SHORT_NAME = re.compile(r"([^.~]{1,6})~[0-9]{1,6}(?:\.([^.]{0,3}))?", re.DOTALL)
_CHECKSUM = re.compile(r"[0-9a-f]{4}\Z")
# Signs that short names cannot contain, and characters outside some code pages.
_UNUSUAL = re.compile(r"[+,;=\[\]]|[^\x00-\x7f]")


class PathTree:
    """The files and folders of all members on a case-insensitive system, as numbered nodes.

    Its size depends on the number of path parts and not on the length of paths, so that names of a thousand
    parts are as cheap to check as to write.
    """

    def __init__(self, problems: ProblemList, where: Callable[[str], Where]) -> None:
        self.problems = problems
        self.where = where
        self.nodes: dict[tuple[int, str], int] = {}
        self.parts: list[str] = [""]
        self.parents: list[int] = [0]
        #: The name of the member that is the file or folder at a node; ``""`` for an implied folder.
        self.files: dict[int, str] = {}
        self.folders: dict[int, str] = {}
        #: Nodes that may be short names.
        self.tildes: list[int] = []
        self.duplicates: list[str] = []
        self._last_folder, self._last_node = "", 0

    @property
    def is_full(self) -> bool:
        return len(self.parts) > MAX_NODES

    def add(self, name: str) -> None:
        """Add a member, and report it if it collides with another one."""
        folder, _, part = name.removesuffix("/").rpartition("/")
        if folder != self._last_folder:
            self._last_folder, self._last_node = folder, self._add_folders(folder, name)
        node = self._node(self._last_node, part)
        is_folder = name.endswith("/")
        own, others = (self.folders, self.files) if is_folder else (self.files, self.folders)
        first = own.get(node, "")
        if not first:
            own[node] = name
        if node in others:
            self._add_clash(name, others[node])
        elif first == name:
            self.duplicates.append(name)
        elif first or self.parts[node] != part:
            self._add_same(name, first or self.parts[node], is_folder=is_folder)

    def _add_folders(self, folder: str, name: str) -> int:
        """Return the node of a folder, which need not be a member; ``name`` is a member in it."""
        node = 0
        for part in folder.split("/") if folder else ():
            node = self._node(node, part)
            if self.parts[node] != part:
                self._add_same(name, self.parts[node], is_folder=True)
            if node in self.files:
                self._add_clash(self.files[node], name)
            self.folders.setdefault(node, "")
        return node

    def _node(self, parent: int, part: str) -> int:
        key = (parent, collision_key(part))
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = len(self.parts)
            self.parts.append(part)
            self.parents.append(parent)
            if "~" in part:
                self.tildes.append(node)
        return node

    def _add_clash(self, name: str, other: str) -> None:
        file, folder = (other, name) if name.endswith("/") else (name, other)
        self.problems.add(
            "path.file-and-folder",
            where=self.where(name),
            variant="member" if folder else "",
            path=quote_name(file),
            other=quote_name(folder),
        )

    def _add_same(self, name: str, first: str, *, is_folder: bool) -> None:
        if is_folder:
            self.problems.add(
                "path.folder-case",
                where=self.where(name),
                path=quote_name(name),
                folder=quote_name(first),
            )
            return
        is_case_only = name.lower() == first.lower()
        # Names that may look the same are shown with escaped characters.
        quote = quote_name if is_case_only else ascii
        self.problems.add(
            "path.case-collision",
            where=self.where(name),
            variant="case" if is_case_only else "unicode",
            path=quote(name),
            other=quote(first),
        )

    def check_duplicates(self) -> None:
        """Report names that several members have, in one problem."""
        if self.duplicates:
            self.problems.add(
                "package.duplicate-member",
                where=self.where(self.duplicates[0]),
                variant="several" if len(self.duplicates) > 1 else "",
                member=quote_name(self.duplicates[0]),
                more=len(self.duplicates) - 1,
            )

    def check_short_names(self) -> None:
        """Report names that Windows can generate as the short name of another member."""
        wanted: dict[tuple[int, str, str], int] = {}
        for node in self.tildes:
            if match := _SHORT_NAME.fullmatch(self.parts[node]):
                for stem, ending in _stems(match):
                    wanted.setdefault((self.parents[node], stem, ending), node)
        if not wanted:
            return
        reported: set[int] = set()
        for node, part in enumerate(self.parts):
            if node == 0 or len(reported) >= MAX_NAME_PROBLEMS or _SHORT_NAME.fullmatch(part):
                continue
            for base, ending in _short_names(part):
                short = wanted.get((self.parents[node], base, ending), 0)
                if short and short not in reported:
                    reported.add(short)
                    self.problems.add(
                        "path.short-name",
                        where=self.where(self._path(short)),
                        path=quote_name(self.parts[short]),
                        other=quote_name(part),
                    )

    def _path(self, node: int) -> str:
        """Return the name of the member at a node, or the path of an implied folder."""
        if name := self.files.get(node) or self.folders.get(node):
            return name
        parts = []
        while node:
            parts.append(self.parts[node])
            node = self.parents[node]
        return "/".join(reversed(parts)) + "/"


def _stems(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """Yield the possible beginnings of the long name of a short name, with its extension.

    After a few names with the same beginning, Windows uses two characters and four of a checksum.
    """
    stem, ending = (_UNUSUAL.sub("_", (part or "").lower()) for part in match.groups())
    yield stem, ending
    if _CHECKSUM.search(stem, max(len(stem) - 4, 1)):
        yield stem[:-4], ending


def _short_names(part: str) -> Iterator[tuple[str, str]]:
    """Yield the short names of a part: up to six characters of it, and three of its last extension.

    Windows drops blanks and all dots but the last, and replaces unusual characters with ``_``. How many
    characters it keeps depends on the other names, so all numbers are possible.
    """
    head, dot, tail = part.replace(" ", "").lstrip(".").rpartition(".")
    base = _UNUSUAL.sub("_", (head if dot else tail).replace(".", "").lower())
    ending = _UNUSUAL.sub("_", tail.lower())[:3] if dot else ""
    for length in range(1, 7):
        yield base[:length], ending
