"""Files that change in one step, and their hashes."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_BLOCK = 1 << 20
#: Bytes of a file of ours that are read into memory.
MAX_READ = 200_000_000


@contextmanager
def atomic_write(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A binary file that takes the place of ``path`` when the block ends well.

    The new content is on disk before the name changes, so a reader, a crash or a power cut
    sees the old file or the new one. On an error ``path`` stays as it was.
    """
    import tempfile  # imported here, like all that few commands need and every start would pay for

    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
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
    fsync_directory(path.parent)


def fsync_directory(folder: Path) -> None:
    """Make sure that the names in ``folder`` are on disk: a rename is only once its folder is."""
    # Windows has no such call.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading that may come from an untrusted source.

    Raises `OSError` for what is no ordinary file: to open a pipe may wait for ever, and a device may
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
    """The bytes of a file as `open_regular` opens it; `OSError` if it has more than ``limit``."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, "it is too large")
    return data


def refuse_symlink(folder: Path) -> None:
    """Raise `OSError` if a folder of ours is a link: what we write and remove there would be elsewhere."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, f"{folder.name} is a symbolic link, and may lead anywhere")


def hash_file(source: Path | BinaryIO) -> tuple[str, int]:
    """The SHA-256 (64 lower-case hex digits) and size in bytes, read from the start in blocks."""
    import hashlib

    digest, size = hashlib.sha256(), 0
    with _opened(source) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


@contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
        return
    place = source.tell()
    source.seek(0)
    try:
        yield source
    finally:
        source.seek(place)


def format_size(size: int) -> str:
    """``0 bytes``, ``812 bytes``, ``4.2 KB``, ``18 MB``: powers of 1000, as file managers show."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    value = float(min(size, 10**24))  # a listing may say anything
    for unit in ("KB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
