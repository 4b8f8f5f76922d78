"""Compare the names of all members, and report those that are the same file on some system.

Case on Windows and macOS, Unicode form on macOS, short names on Windows, and paths that are both a file and a
folder. Names with backslashes are reported here too, once for the archive. Other rules for a single name:
`extery.package.names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from extery.core.cached_property import cached_property
from extery.core.errors import ProblemList, Where
from extery.package.issue import Issue
from extery.package.names import (
    MAX_NAME_PROBLEMS,
    are_plain,
    collision_key,
    find_name_issue,
    is_unsafe,
    quote_name,
)

#: Full paths of folders take memory: archives with more folders are checked part by part.
_MAX_FOLDERS = 10_000
_VMS_VERSION = re.compile(r";[0-9]*\Z")


def check_names(
    names: Iterable[str], problems: ProblemList, *, where: Callable[[str], Where] = Where
) -> None:
    """Report every name that may not be one file of its own on all systems.

    ``names`` are those of all members in their order; folders end with ``/`` and may be missing.
    ``where`` returns the place of a name. Stops after `MAX_PROBLEMS`.
    """
    names = list(names)
    if are_harmless(names):
        return
    from extery.package.path_tree import MAX_NODES, PathTree  # most packages do not need it

    tree, index = PathTree(problems, where), _NameIndex(names)
    before = len(problems)
    backslashes: list[str] = []
    for name in names:
        if len(problems) - before >= MAX_NAME_PROBLEMS:
            break
        if "\\" in name and not is_unsafe(name):
            backslashes.append(name)
        elif issue := find_name_issue(name):
            _add_issue(name, issue, problems, where(name), index)
        else:
            tree.add(name)
        if tree.is_full:
            problems.add(
                "package.too-many-members", where=where(""), variant="paths", limit=MAX_NODES
            )
            return
    tree.check_duplicates()
    tree.check_short_names()
    _check_backslashes(backslashes, problems, where)


def are_harmless(names: list[str]) -> bool:
    """Whether all names are plain ASCII and no two can collide; otherwise they are checked one by one."""
    files: set[str] = set()
    folders: set[str] = set()
    listed = 0
    if not are_plain(names):
        return False
    for name in names:
        folder, _, step = name.rpartition("/")
        if step:
            files.add(name.lower())
            listed += 1
        while folder and folder not in folders:
            if len(folders) == _MAX_FOLDERS:
                return False
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    # Few folders are members; duplicates among them are left to the tree.
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
    """Add one problem for all names: a tool that writes backslashes does so in every name."""
    if names:
        problems.add(
            "path.backslash",
            where=where(names[0]),
            variant="several" if len(names) > 1 else "",
            path=quote_name(names[0]),
            count=len(names),
        )


def _add_issue(
    name: str, issue: Issue, problems: ProblemList, where: Where, index: _NameIndex
) -> None:
    other = "" if issue.code == "path.not-portable" else index.replaced_by(name)
    if other:
        variant = f"{issue.variant}-replaces" if issue.variant else "replaces"
        issue = issue._replace(variant=variant, values={**issue.values, "other": quote_name(other)})
    issue.add_to(problems, where=where, path=quote_name(name))


class _NameIndex:
    """The names of all members by their folded form, to find the member that a bad name replaces."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {collision_key(name): name for name in self._names}

    def replaced_by(self, name: str) -> str:
        """Return the member at the path to which tools unpack ``name``, or ``""``."""
        parts = [part.rstrip(". ") for part in _VMS_VERSION.sub("", name).split("/")]
        path = "/".join(part for part in parts if part)
        return self._folded.get(collision_key(path), "") if path != name else ""
