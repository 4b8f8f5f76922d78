"""A descriptor of any binary file, for another process: read-only, at its start, with a position of its own."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast


@contextmanager
def open_again(file: BinaryIO) -> Iterator[int]:
    """Yield a descriptor of the whole file; what has none, such as a file in memory, is copied to a temporary one.

    The position of ``file`` is its start afterwards.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    with suppress(AttributeError):
        file.flush()
    descriptor = _open_path_of(file, size)
    if descriptor is not None:
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        return
    with _copied(file) as copy:
        yield copy.fileno()


@contextmanager
def ordinary_file(file: BinaryIO) -> Iterator[BinaryIO]:
    """Yield a file that several calls can share: itself, or a temporary copy if it is downloaded while it is read."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    descriptor = _open_path_of(file, size)
    if descriptor is not None:
        os.close(descriptor)
        yield file
        return
    with _copied(file) as copy:
        yield copy


@contextmanager
def _copied(file: BinaryIO) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy, 1 << 20)
        copy.flush()
        copy.seek(0)
        file.seek(0)
        yield cast("BinaryIO", copy)


def _open_path_of(file: BinaryIO, size: int) -> int | None:
    """Open the file of a stream by its descriptor, if that is an ordinary file and nothing but what the stream reads."""
    try:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return None
        return os.open(f"/proc/self/fd/{file.fileno()}", os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError, ValueError):
        return None
