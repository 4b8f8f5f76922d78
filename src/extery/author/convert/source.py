"""The files of an old add-on: a module, a folder, a zip or a tar. Nothing is changed in it, and links are not followed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from extery.author.build.patterns import PathPatterns
from extery.core.errors import Conflict, InvalidInput, InvalidPackage, NotFound, ProblemList, Where
from extery.core.files import format_size, open_regular
from extery.core.text import os_error_text
from extery.package.archive import MAX_MEMBERS, Member
from extery.package.opening import open_archive
from extery.package.size_limits import Limits, check_sizes

MAX_FILES = MAX_MEMBERS
MAX_BYTES = Limits().unpacked
#: What is made by programs, and not by the author.
_GENERATED = PathPatterns(
    (
        *("__pycache__/", "*.pyc", "*.pyo", ".git/", ".hg/", ".svn/", ".bzr/", ".jj/"),
        *("__MACOSX/", ".DS_Store", "._*", "Thumbs.db", "desktop.ini"),
        *(".mypy_cache/", ".pytest_cache/", ".ruff_cache/", ".venv/", "node_modules/"),
    )
)
_BLOCK = 1 << 20
_TAR_SUFFIXES = (".txz", ".tar", ".tar.xz", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2")


class SourceFile(NamedTuple):
    """A file: its path below the source, its size in bytes, and a function that opens it."""

    path: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]

    def read(self, limit: int) -> bytes:
        """Return at most ``limit`` bytes from the beginning."""
        with self.open() as file:
            return file.read(limit)

    def copy_to(self, target: Path) -> None:
        """Write the whole file; ``target`` must not exist."""
        with self.open() as file, target.open("xb") as copy:
            shutil.copyfileobj(file, copy, _BLOCK)


class LeftOut(NamedTuple):
    """A file or folder that is not in the result, and why: ``generated``, ``link``, ``special`` or ``outside``."""

    path: str
    reason: str


class SourceTree(NamedTuple):
    """All files of the source by path, and the name that an add-on in its root has."""

    name: str
    files: dict[str, SourceFile]
    left_out: list[LeftOut]


@contextmanager
def open_source(path: Path) -> Iterator[SourceTree]:
    """Open a source; raises `NotFound`, `InvalidInput` and `InvalidPackage` for what cannot be read.

    Its files can be read within the block.
    """
    if not os.path.lexists(path):
        raise NotFound.of("convert.not-found", where=Where(str(path)), path=str(path))
    if os.path.isdir(path):  # noqa: PTH112 (`Path.is_dir` raises for very long names)
        yield _read_folder(path)
    elif path.suffix.lower() == ".py":
        yield _read_module(path)
    else:
        with ExitStack() as stack:
            reads_tar = path.name.lower().endswith(_TAR_SUFFIXES)
            yield stack.enter_context(_open_tar(path) if reads_tar else _open_zip(path))


def _read_module(path: Path) -> SourceTree:
    file = _file_on_disk(path, path.name)
    return SourceTree(path.stem, {path.name: file}, [])


def _file_on_disk(path: Path, name: str) -> SourceFile:
    def open_file() -> BinaryIO:
        try:
            return open_regular(path)
        except OSError as error:
            raise _unreadable(name, error) from error

    try:
        return SourceFile(name, path.stat().st_size, open_file)
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> Conflict:
    return Conflict.of(
        "convert.unreadable", where=Where(name), path=name, reason=os_error_text(error)
    )


def _read_folder(root: Path) -> SourceTree:
    tree = SourceTree(root.absolute().name, {}, [])
    total = 0
    folders = [""]
    while folders:
        prefix = folders.pop()
        for entry in _entries(root, prefix):
            name = f"{prefix}{entry.name}"
            is_folder = entry.is_dir(follow_symlinks=False)
            tested = f"{name}/" if is_folder else name
            if reason := _reason_to_leave_out(entry, tested, is_folder=is_folder):
                tree.left_out.append(LeftOut(tested, reason))
            elif is_folder:
                folders.append(tested)
            else:
                tree.files[name] = _file_on_disk(root / name, name)
                total += tree.files[name].size
                _check_limits(root.name, len(tree.files), total)
    return tree


def _entries(root: Path, prefix: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(root / prefix) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(prefix or root.name, error) from error


def _reason_to_leave_out(entry: os.DirEntry[str], tested: str, *, is_folder: bool) -> str:
    if entry.is_symlink():
        return "link"
    if _GENERATED.excluding(tested) is not None:
        return "generated"
    return "" if is_folder or entry.is_file(follow_symlinks=False) else "special"


def _check_limits(name: str, files: int, size: int) -> None:
    if files > MAX_FILES:
        raise InvalidInput.of(
            "convert.too-large", where=Where(name), variant="files", path=name, limit=MAX_FILES
        )
    if size > MAX_BYTES:
        limit = format_size(MAX_BYTES)
        raise InvalidInput.of("convert.too-large", where=Where(name), path=name, limit=limit)


@contextmanager
def _open_zip(path: Path) -> Iterator[SourceTree]:
    with open_archive(path, name=path.name) as archive:
        problems = ProblemList()
        check_sizes(archive.members, archive.size, problems, Where(path.name))
        if problems.errors:
            raise InvalidPackage(*problems)

        def opener(member: Member) -> Callable[[], AbstractContextManager[BinaryIO]]:
            return lambda: archive.open(member)

        files = [
            SourceFile(member.name, member.size, opener(member))
            for member in archive.members
            if not member.is_folder
        ]
        yield _without_generated(path.stem, files)


def _without_generated(name: str, files: list[SourceFile]) -> SourceTree:
    tree = SourceTree(name, {}, [])
    folders: set[str] = set()
    for file in files:
        left = _generated_part(file.path)
        if not left:
            tree.files[file.path] = file
        elif left not in folders:
            folders.add(left)
            tree.left_out.append(LeftOut(left, "generated"))
    return tree


def _generated_part(path: str) -> str:
    """Return the file, or the folder around it, that a program made; empty if there is none."""
    parts = path.split("/")
    for index in range(1, len(parts)):
        folder = "/".join(parts[:index]) + "/"
        if _GENERATED.excluding(folder) is not None:
            return folder
    return path if _GENERATED.excluding(path) is not None else ""


@contextmanager
def _open_tar(path: Path) -> Iterator[SourceTree]:
    from extery.author.convert.tar import unpacked_tar

    with unpacked_tar(path) as members:
        yield _without_generated(
            path.name.partition(".")[0],
            [_file_on_disk(file, name) for name, file in members.items()],
        )
