"""Unpack a package into a new folder, as Blender would, with everything checked that is written.

`extery.package` has refused names that leave the folder or that two tools read differently, and its streams end where
the directory of the archive states. Modes are not restored, as in Blender: an extension has no executables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from extery.client.unusable import unusable
from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.package import Member, Package
from extery.package.size_limits import check_sizes

_FILE_MODE = 0o644


def unpack(
    package: Package, folder: Path, *, checkpoint: Callable[[], None] = lambda: None
) -> None:
    """Unpack the files below the package's root into ``folder``, which must not exist.

    The package must have been opened without a list of problems, so that names are safe. ``checkpoint`` is called before
    each file and for each block of it, and may raise to stop; the caller removes the folder then. Raises `InvalidPackage`, also
    for one that unpacks to too many bytes or files, and `OSError`.
    """
    _check_sizes(package)
    base = os.fspath(folder)
    try:
        os.mkdir(base)
    except FileNotFoundError:
        os.makedirs(base)
    known = {""}
    for member, name in _files(package):
        checkpoint()
        parent = name.rpartition("/")[0]
        if parent not in known:
            _make_folders(base, parent, known)
        _write(package, member, os.path.join(base, *name.split("/")), checkpoint)


def _check_sizes(package: Package) -> None:
    """Raise `InvalidPackage` for a small package that would fill the disk, by the limits of `extery validate`."""
    problems = ProblemList()
    check_sizes(package.members, package.size, problems, Where(package.name))
    if problems.errors:
        raise InvalidPackage(*problems.errors)


def _files(package: Package) -> Iterator[tuple[Member, str]]:
    """Yield the files below the root, with their names relative to it."""
    root = package.root
    for member in package.members:
        if not member.is_folder and member.name.startswith(root):
            yield member, member.name[len(root) :]


def _make_folders(base: str, name: str, known: set[str]) -> None:
    path = ""
    for step in name.split("/"):
        path = f"{path}/{step}" if path else step
        if path not in known:
            # On some file systems, two names of folders that differ in case are one.
            with suppress(FileExistsError):
                os.mkdir(os.path.join(base, *path.split("/")))
            known.add(path)


def _write(package: Package, member: Member, path: str, checkpoint: Callable[[], None]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _FILE_MODE)
    try:
        for block in package.blocks(member):
            _write_all(descriptor, block)
            checkpoint()
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])


def sync_to_disk(folder: Path) -> None:
    """Write everything on the file system of ``folder`` to disk, so that a rename after it is durable.

    One call for the whole file system is many times faster than one for each file.
    """
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unusable(folder, error) from error
    try:
        if not _syncfs(descriptor):
            os.sync()
    finally:
        os.close(descriptor)


def _syncfs(descriptor: int) -> bool:
    """Call syncfs(2); return whether it exists."""
    import ctypes

    try:
        function = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return False
    return bool(function(descriptor) == 0)
