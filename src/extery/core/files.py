"""Atomic writes, reads of files from untrusted sources, hashes and sizes."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20
_HEX = frozenset("0123456789abcdef")
#: Age after which the new file of an `atomic_write` is left over.
LEFTOVER_SECONDS = 3600
#: Folders beside an author's sources that no command reads as a part of them.
NO_SOURCE_FOLDERS = frozenset({"__pycache__", ".git", ".venv", "venv", "node_modules"})
#: Default limit of `read_regular` in bytes.
MAX_READ = 200_000_000


@contextmanager
def atomic_write(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Yield a binary file that replaces ``path`` at the end of the block.

    The new content is on disk before the name changes, so readers see the old file or the new one, also
    after a crash or a power cut. If it raises, ``path`` is unchanged: that the new name cannot be written to disk is
    no error, since after a power cut the old file is as good.
    """
    handle, name = _new_file(path)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise
    with suppress(OSError):
        fsync_directory(path.parent)


def _new_file(path: Path) -> tuple[int, Path]:
    """Create a private file beside ``path``, as tempfile does, whose import takes longer than most writes."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        name = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
        with suppress(FileExistsError):
            return os.open(name, flags, 0o600), name


def remove_leftovers(folder: Path, is_ours: Callable[[str], bool]) -> None:
    """Remove what killed calls of `atomic_write` left in ``folder``, for names for which ``is_ours`` returns true.

    Files that were changed in the last hour stay: they may be written right now. What cannot be removed stays too.
    """
    limit = time.time() - LEFTOVER_SECONDS
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            target, _, token = entry.name[1:].removesuffix(".new").rpartition(".")
            has_form = entry.name.startswith(".") and entry.name.endswith(".new")
            if not has_form or len(token) != 8 or set(token) - _HEX or not is_ours(target):
                continue
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and status.st_mtime < limit:
                    os.unlink(entry.path)


def fsync_directory(folder: Path) -> None:
    """Write the names in ``folder`` to disk: only then is a rename durable. Does nothing on Windows."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_regular(path: Path) -> BinaryIO:
    """Open a file from a source that may be untrusted, for reading.

    Raises `OSError` unless it is an ordinary file: opening a pipe may wait for ever, and a device may
    never end.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is not an ordinary file")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, *, limit: int = MAX_READ) -> bytes:
    """Return the content of an ordinary file; raises `OSError` if it is longer than ``limit`` bytes."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, "it is too large")
    return data


def refuse_symlink(folder: Path) -> None:
    """Raise `OSError` if ``folder`` is a symbolic link: files in its target could be overwritten or removed."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, f"{folder.name} is a symbolic link, and may lead anywhere")


def hash_file(source: Path | BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 (64 lower-case hex digits) and the size in bytes.

    An open file is read from its start, and its position is restored.
    """
    import hashlib

    digest, size = hashlib.sha256(), 0
    with _open_at_start(source) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextmanager
def _open_at_start(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
        return
    position = source.tell()
    source.seek(0)
    try:
        yield source
    finally:
        source.seek(position)


def folder_size(folder: Path, *, maximum: int | None = None) -> int:
    """Return the bytes of the files in a folder, as far as they can be read; the first sum over ``maximum`` ends it."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118 (thousands of names)
            except OSError:
                continue
            if maximum is not None and total > maximum:
                return total
    return total


def format_size(size: int) -> str:
    """Return ``812 bytes``, ``4.2 KB`` or ``18 MB``: powers of 1000, as in file managers."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    value = float(min(size, 10**24))  # sizes in listings are not bounded
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
