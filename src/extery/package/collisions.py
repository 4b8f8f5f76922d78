"""Members that meet on disk: names that some system takes for one, though they are written differently.

Case on Windows and macOS, Unicode form on macOS, short aliases on Windows, and files that are folders
as well because something lies below them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from extery.core.errors import ProblemList, Where
from extery.package.names import (
    MAX_PROBLEMS,
    NameFault,
    find_fault,
    fold,
    is_plain,
    is_unsafe,
    shown,
)

#: Files and folders, also those that are only steps of other names.
MAX_NODES = 250_000
#: Whole paths of folders take memory: an archive with more of them is looked at step by step.
_MAX_FOLDERS_AT_ONCE = 10_000
# A short alias of Windows: up to six characters, or two and a checksum, then ~ and a number.
_SHORT_NAME = re.compile(r"([^.~]{1,6})~[0-9]{1,6}(?:\.([^.]{0,3}))?", re.DOTALL)
_VMS_VERSION = re.compile(r";[0-9]*\Z")
_CHECKSUM = re.compile(r"[0-9a-f]{4}\Z")
# Signs that short names do not have, and characters that not every code page has.
_ODD = re.compile(r"[+,;=\[\]]|[^\x00-\x7f]")


def check_names(
    names: Iterable[str], problems: ProblemList, *, where: Callable[[str], Where] = Where
) -> None:
    """Note every name that cannot be trusted to be one file of its own.

    ``names`` are those of all members in their order; folders end with ``/`` and need not be there.
    ``where`` gives the place of a name. Stops after `MAX_PROBLEMS`.
    """
    names = list(names)
    if _are_harmless(names):
        return
    tree, known = _Tree(problems, where), _Known(names)
    before = len(problems)
    backslashes: list[str] = []
    for name in names:
        if len(problems) - before >= MAX_PROBLEMS:
            break
        if "\\" in name and not is_unsafe(name):
            backslashes.append(name)
        elif fault := find_fault(name):
            _add_fault(name, fault, problems, where(name), known)
        else:
            tree.add(name)
        if tree.is_full:
            problems.add(
                "package.too-many-members",
                f"the package has more than {MAX_NODES:,} files and folders",
                hint="leave caches and generated files out",
                where=where(""),
            )
            return
    tree.check_duplicates()
    tree.check_short_names()
    _check_backslashes(backslashes, problems, where)


def _are_harmless(names: list[str]) -> bool:
    """Whether all names are plain ASCII, and no two of them can meet; if not, they are looked at one by one."""
    files: set[str] = set()
    folders: set[str] = set()
    listed = 0
    for name in names:
        if not is_plain(name):
            return False
        folder, _, step = name.rpartition("/")
        if step:
            files.add(name.lower())
            listed += 1
        while folder and folder not in folders:
            if len(folders) == _MAX_FOLDERS_AT_ONCE:
                return False
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    # Folders that are members are few; of two with one name the tree knows.
    explicit = len(names) - listed
    return (
        len(files) == listed
        and (not explicit or len({n for n in names if n.endswith("/")}) == explicit)
        and (not folders or _have_one_spelling(folders, files))
    )


def _have_one_spelling(folders: set[str], files: set[str]) -> bool:
    folded = {folder.lower() for folder in folders}
    return len(folded) == len(folders) and folded.isdisjoint(files)


def _check_backslashes(
    names: list[str], problems: ProblemList, where: Callable[[str], Where]
) -> None:
    """One cause, one message: a tool that writes them does so in every name."""
    if not names:
        return
    what = (
        f"{len(names)} names have backslashes, the first is"
        if len(names) > 1
        else "a name has backslashes:"
    )
    problems.add(
        "path.backslash",
        f"{what} {shown(names[0])}",
        hint="it was packed by a Windows tool that writes '\\' for '/': pack the folder again, for example with 'extery build'",
        where=where(names[0]),
    )


_FAULTS = {
    "path.unsafe": ("{} leads out of the folder", "pack the files with paths relative to the manifest's folder"),
    "path.ambiguous": ("{} is unpacked under another name: {}", "pack the folder again, for example with 'extery build'"),
    "path.not-portable": ("{} cannot exist on every system: {}", "rename it with letters, digits, '-', '_' and '.'"),
}  # fmt: skip


def _add_fault(
    name: str, fault: NameFault, problems: ProblemList, where: Where, known: _Known
) -> None:
    message, hint = _FAULTS[fault.code]
    text = message.format(shown(name), fault.reason)
    if fault.code != "path.not-portable" and (other := known.replaced_by(name)):
        text += f"; it replaces {shown(other)}"
    problems.add(fault.code, text, hint=hint, where=where)


class _Known:
    """The names of all members, to say what a badly written one is unpacked over."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {fold(name): name for name in self._names}

    def replaced_by(self, name: str) -> str:
        """The member at the place to which tools unpack ``name``; ``""`` if there is none."""
        steps = [step.rstrip(". ") for step in _VMS_VERSION.sub("", name).split("/")]
        path = "/".join(step for step in steps if step)
        return self._folded.get(fold(path), "") if path != name else ""


class _Tree:
    """The files and folders that members make on a system that folds names, as numbered nodes.

    Its size depends on the number of steps and not on the length of paths: names of a thousand steps
    are cheap to write and must be cheap to look at.
    """

    def __init__(self, problems: ProblemList, where: Callable[[str], Where]) -> None:
        self.problems = problems
        self.where = where
        self.nodes: dict[tuple[int, str], int] = {}
        self.steps: list[str] = [""]
        self.parents: list[int] = [0]
        #: The name of the member that is a file there, or that wrote the folder down.
        self.files: dict[int, str] = {}
        self.folders: dict[int, str] = {}
        self.short: list[int] = []
        self.twice: list[str] = []
        self._last_folder, self._last_node = "", 0

    @property
    def is_full(self) -> bool:
        return len(self.steps) > MAX_NODES

    def add(self, name: str) -> None:
        """Add a member, and note whether it meets another one."""
        folder, _, step = name.removesuffix("/").rpartition("/")
        if folder != self._last_folder:
            self._last_folder, self._last_node = folder, self._add_folders(folder, name)
        node = self._node(self._last_node, step)
        is_folder = name.endswith("/")
        own, others = (self.folders, self.files) if is_folder else (self.files, self.folders)
        first = own.get(node, "")
        if not first:
            own[node] = name
        if node in others:
            self._add_clash(name, others[node])
        elif first == name:
            self.twice.append(name)
        elif first or self.steps[node] != step:
            self._add_same(name, first or self.steps[node], is_folder=is_folder)

    def _add_folders(self, folder: str, name: str) -> int:
        """The node of a folder that need not be a member; ``name`` is the member that is in it."""
        node = 0
        for step in folder.split("/") if folder else ():
            node = self._node(node, step)
            if self.steps[node] != step:
                self._add_same(name, self.steps[node], is_folder=True)
            if node in self.files:
                self._add_clash(self.files[node], name)
            self.folders.setdefault(node, "")
        return node

    def _node(self, parent: int, step: str) -> int:
        key = (parent, fold(step))
        node = self.nodes.get(key)
        if node is None:
            node = self.nodes[key] = len(self.steps)
            self.steps.append(step)
            self.parents.append(parent)
            if "~" in step:
                self.short.append(node)
        return node

    def _add_clash(self, name: str, other: str) -> None:
        file, folder = (other, name) if name.endswith("/") else (name, other)
        also = f" ({shown(folder)})" if folder else ""
        self._add_problem(
            "path.file-and-folder",
            f"{shown(file)} is a file and a folder{also}",
            "rename one of them, and pack it again",
            name,
        )

    def _add_same(self, name: str, first: str, *, is_folder: bool) -> None:
        if is_folder:
            self._add_problem(
                "path.folder-case",
                f"{shown(name)} writes the folder {shown(first)} in another way",
                "write its name in one way",
                name,
            )
            return
        same_case = name.lower() != first.lower()
        # Where they can look the same, their characters are written as numbers.
        both = (
            [ascii(each) for each in (name, first)] if same_case else [*map(shown, (name, first))]
        )
        self._add_problem(
            "path.case-collision",
            f"{both[0]} and {both[1]} {'are one file on some systems' if same_case else 'differ in case only'}",
            "rename one of them",
            name,
        )

    def _add_problem(self, code: str, message: str, hint: str, name: str) -> None:
        self.problems.add(code, message, hint=hint, where=self.where(name))

    def check_duplicates(self) -> None:
        """Note names that several members have, in one problem."""
        if self.twice:
            more = f", and so are {len(self.twice) - 1} more" if len(self.twice) > 1 else ""
            self._add_problem(
                "package.duplicate-member",
                f"{shown(self.twice[0])} is in the package twice{more}",
                "pack it again; only one of the two would be installed",
                self.twice[0],
            )

    def check_short_names(self) -> None:
        """Note names that Windows can have given to another member as its short alias."""
        wanted: dict[tuple[int, str, str], int] = {}
        for node in self.short:
            if match := _SHORT_NAME.fullmatch(self.steps[node]):
                for stem, ending in _stems(match):
                    wanted.setdefault((self.parents[node], stem, ending), node)
        if not wanted:
            return
        noted: set[int] = set()
        for node, step in enumerate(self.steps):
            if node == 0 or len(noted) >= MAX_PROBLEMS or _SHORT_NAME.fullmatch(step):
                continue
            for base, ending in _aliases(step):
                short = wanted.get((self.parents[node], base, ending), 0)
                if short and short not in noted:
                    noted.add(short)
                    self._add_problem(
                        "path.short-name",
                        f"{shown(self.steps[short])} can be the short name of {shown(step)} on Windows",
                        "rename one of them",
                        self._path(short),
                    )

    def _path(self, node: int) -> str:
        """The name of the member at a node, or the path of a folder."""
        if found := self.files.get(node) or self.folders.get(node):
            return found
        steps = []
        while node:
            steps.append(self.steps[node])
            node = self.parents[node]
        return "/".join(reversed(steps)) + "/"


def _stems(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    """What the long name of an alias begins with, and its extension.

    After a few names that begin alike, Windows takes two characters and four of a checksum.
    """
    stem, ending = (_ODD.sub("_", (part or "").lower()) for part in match.groups())
    yield stem, ending
    if _CHECKSUM.search(stem, max(len(stem) - 4, 1)):
        yield stem[:-4], ending


def _aliases(step: str) -> Iterator[tuple[str, str]]:
    """What Windows can shorten a name to: up to six characters of it, and three of its last extension.

    It drops blanks and all dots but the last, and writes ``_`` for odd characters. How many characters
    it keeps depends on the other names, so all numbers are possible.
    """
    head, dot, tail = step.replace(" ", "").lstrip(".").rpartition(".")
    base = _ODD.sub("_", (head if dot else tail).replace(".", "").lower())
    ending = _ODD.sub("_", tail.lower())[:3] if dot else ""
    for length in range(1, 7):
        yield base[:length], ending
