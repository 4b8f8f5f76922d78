"""Find the packages of a folder; `extery.repository.package_scan` reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extery.core.errors import NotFound, Problem, ProblemList, Where
from extery.core.text import os_error_text
from extery.listing.entries import Entry
from extery.listing.serialized import SerializedEntry

if TYPE_CHECKING:
    from extery.rules.blender_verdicts import Refusal

_SUFFIX = ".zip"


class PackageFile(NamedTuple):
    """A package and its ``stat`` values. While all of them are equal, the file counts as unchanged."""

    name: str
    size: int
    mtime_ns: int
    inode: int


class ScannedPackage(NamedTuple):
    """The result of reading a package: its entry is ``None`` if Blender cannot install it.

    ``problems`` are those that repositories report; a package with problems can be listed all the same. The result depends on
    the file and the valid tags only, so it may be computed in another process and cached. The places of problems begin with
    the file's name. ``metadata`` is JSON for the page, with the finished ``card`` and the ``filter_fields`` of
    the package; ``None`` if it was not requested.
    """

    name: str
    size: int = 0
    sha256: str = ""
    serialized: SerializedEntry | None = None
    problems: tuple[Problem, ...] = ()
    metadata: bytes | None = None
    #: The Blenders that refuse the package, see `extery.rules.blender_verdicts`.
    refusals: tuple[Refusal, ...] = ()

    @property
    def entry(self) -> Entry | None:
        """The parsed entry."""
        return self.serialized and self.serialized.entry


def find_packages(folder: Path, problems: ProblemList) -> list[PackageFile]:
    """Return the packages directly in ``folder``, without hidden files, sorted by name.

    Raises `NotFound` if the folder does not exist.
    """
    files = []
    try:
        with os.scandir(folder) as items:
            for item in items:
                name = item.name
                if name.startswith(".") or name[-4:].lower() != _SUFFIX:
                    continue
                if _is_package_file(item, folder, problems):
                    files.append(_package_file(item, name))
    except OSError as error:
        raise NotFound.of(
            "generate.folder-missing",
            where=Where(str(folder)),
            folder=str(folder),
            reason=os_error_text(error),
        ) from error
    return sorted(files)


def _package_file(item: os.DirEntry[str], name: str) -> PackageFile:
    try:
        status = item.stat()
    except OSError:  # a dangling link: reading it adds a problem
        return PackageFile(name, 0, 0, 0)
    return PackageFile(name, status.st_size, status.st_mtime_ns, status.st_ino)


def _is_package_file(item: os.DirEntry[str], folder: Path, problems: ProblemList) -> bool:
    name = item.name
    if name.endswith(_SUFFIX) and item.is_file():  # nearly always
        return True
    if item.is_dir():
        problems.add("generate.folder-named-zip", where=_place(folder, name), name=name)
        return False
    if not item.is_file() and not item.is_symlink():
        problems.add("generate.not-a-file", where=_place(folder, name), name=name)
        return False
    if not name.endswith(_SUFFIX):
        problems.add(
            "generate.suffix-uppercase",
            where=_place(folder, name),
            name=name,
            corrected=name[: -len(_SUFFIX)] + _SUFFIX,
        )
        return False
    return True


def _place(folder: Path, name: str) -> Where:
    return Where(str(folder / name))


def printable(name: str) -> str:
    if name.isascii():
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def in_folder(problem: Problem, folder: Path) -> Problem:
    """Return the problem of a package with the folder before its place."""
    file = f"{printable(str(folder))}{os.sep}{problem.where.file}"
    return problem._replace(where=problem.where._replace(file=file))
