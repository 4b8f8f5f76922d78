"""Read the inventory of a folder or a package, with or without a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NamedTuple

from extery.author.validate import check_path
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import NO_SOURCE_FOLDERS, open_regular
from extery.core.text import os_error_text
from extery.inventory.model import Inventory
from extery.inventory.read import read_inventory
from extery.manifest.document import MANIFEST_FILENAME
from extery.package import Package, open_package
from extery.package.error_capture import capture_errors
from extery.package.size_limits import check_sizes
from extery.rules.checks import Checks
from extery.rules.context import FileInfo, OpenFile, RuleContext
from extery.rules.profiles import Profile

#: Files of a folder without a manifest that are read at most.
MAX_FILES = 20_000
#: Codes of what is wrong with a package that has no manifest, and is inspected anyway.
_WITHOUT_MANIFEST = frozenset(
    {"package.legacy", "package.manifest-missing", "package.manifest-ambiguous"}
)
#: Packages that would take minutes or gigabytes to read.
_REFUSED = frozenset({"package.bomb", "package.too-large", "package.too-many-members"})
_UNREADABLE = frozenset({"build.unreadable", "package.unreadable"})


class Inspection(NamedTuple):
    """The inventory of a path, ``None`` if it cannot be opened, and what is wrong with the path itself.

    ``prefix`` makes the files of the problems relative to the current folder.
    """

    inventory: Inventory | None
    problems: ProblemList
    prefix: str = ""


class _Inspector(Checks):
    """Reads the inventory instead of running the rules; used with `check_path`."""

    def __init__(self) -> None:
        super().__init__(Profile.SELF_HOSTED)
        self.inventory: Inventory | None = None

    def run(self, context: RuleContext, problems: ProblemList) -> None:
        if any(one.code in _REFUSED for one in problems):  # others are for `extery check`
            return
        self.inventory = read_inventory(context)


def inspect_path(path: Path) -> Inspection:
    """Read the inventory of a package, of a folder as `extery build` would pack it, or of a Python file.

    Folders and zips without a manifest, as of older add-ons, are read with all their files.
    """
    if path.name == MANIFEST_FILENAME:
        path = path.parent
    is_folder = os.path.isdir(path)  # noqa: PTH112 (`Path.is_dir` raises for very long names)
    found = _inspect(path, is_folder=is_folder)
    prefix = "" if path == Path() else f"{path}/" if is_folder else f"{path.parent}/"
    return found._replace(prefix=prefix.removeprefix("./"))


def _inspect(path: Path, *, is_folder: bool) -> Inspection:
    if is_folder and not (path / MANIFEST_FILENAME).is_file():
        problems = ProblemList()
        names = list(_files(path, problems))
        return _inspect_files(path, path, problems, names)
    if not is_folder and is_module(path):
        return _inspect_files(path, path.parent, ProblemList(), [path.name])
    inspector = _Inspector()
    report = check_path(path, checks=inspector)
    if not is_folder and any(one.code in _WITHOUT_MANIFEST for one in report.problems):
        return _inspect_archive(path)
    if inspector.inventory is None:
        return Inspection(None, report.problems)
    inventory = replace(inspector.inventory, name=str(path))
    # Tools may unpack something else than what is shown.
    errors = [] if is_folder else report.problems.errors
    shown = ProblemList(
        one
        for one in report.problems
        if one.code in _UNREADABLE or (one in errors and one.code.startswith("package."))
    )
    return Inspection(inventory, shown if inventory.manifest else report.problems)


def _inspect_archive(path: Path) -> Inspection:
    """Read a zip without a manifest; a single folder around all files is left out."""
    problems = ProblemList()
    found: Inventory | None = None
    with capture_errors(problems, path.name), open_package(path, name=path.name) as package:
        names = [member.name for member in package.members if not member.is_folder]
        check_sizes(package.members, package.size, problems, Where(path.name))
        if problems:
            return Inspection(None, problems)
        root = root_of(package)
        context = RuleContext(
            path.name,
            names=[name[len(root) :] for name in names],
            members=package.members,
            size=package.size,
            package=package,
            open_file=_opener(package, root),
        )
        context.root = root
        found = replace(read_inventory(context), name=str(path))
    return Inspection(found, problems)


def _opener(package: Package, root: str) -> OpenFile:
    def open_file(name: str) -> AbstractContextManager[BinaryIO]:
        return package.open_seekable(package.by_name[root + name])

    return open_file


def root_of(package: Package) -> str:
    """Return the folder of the manifest, or else the single folder around all files: ``""`` or ``"folder/"``."""
    try:
        return package.root
    except InvalidPackage:
        pass
    names = [member.name for member in package.members if not member.is_folder]
    tops = {name.partition("/")[0] for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name in names) else ""


def is_module(path: Path) -> bool:
    """Return whether a path is a Python file: a whole add-on of older Blenders."""
    return path.suffix.lower() == ".py" and os.path.isfile(path)  # noqa: PTH113 (as above)


def _inspect_files(path: Path, folder: Path, problems: ProblemList, names: list[str]) -> Inspection:
    context = RuleContext(
        str(path),
        names=names,
        open_file=lambda name: _open(folder / name, name),
        stat_file=lambda name: _stat(folder / name),
    )
    return Inspection(read_inventory(context), problems)


@contextmanager
def _open(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        with open_regular(path) as file:
            yield file
    except OSError as error:
        reason = os_error_text(error)
        raise InvalidPackage.of(
            "build.unreadable", where=Where(name), path=name, reason=reason
        ) from error


def _stat(path: Path) -> FileInfo:
    try:
        status = path.stat()
    except OSError:
        return FileInfo(0, 0, 0)
    return FileInfo(status.st_size, 0, status.st_mode)


def _files(folder: Path, problems: ProblemList) -> Iterator[str]:
    """Yield at most `MAX_FILES` files; ``problems`` says that there are more. Links to folders are not followed."""
    number = 0
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if one not in NO_SOURCE_FOLDERS)
        for file in sorted(files):
            number += 1
            if number > MAX_FILES:
                problems.add("inspect.too-many-files", limit=MAX_FILES)
                return
            yield (Path(current) / file).relative_to(folder).as_posix()
