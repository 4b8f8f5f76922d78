"""The files to write into a package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from extery.core.errors import InvalidInput, Where
from extery.core.files import open_regular
from extery.core.text import os_error_text

if TYPE_CHECKING:
    from extery.package.transforms import Transform


class SourceFile(NamedTuple):
    """A file to write into a package: its name there, its size in bytes, and its data or its path on disk.

    ``mtime_ns`` is the time of the last change of the file that was checked, ``None`` if it was not. ``transform``
    changes its content on the way.
    """

    name: str
    size: int
    source: Path | bytes
    mtime_ns: int | None = None
    transform: Transform | None = None


@contextmanager
def open_source(member: SourceFile) -> Iterator[BinaryIO]:
    """Open the file; raises `InvalidInput` if it cannot be read, or is another one than planned.

    The rules have checked the file as it was, and half of an old and half of a new file would be in neither version:
    a file that changes until the end of the block is an error.
    """
    if isinstance(member.source, bytes):
        yield BytesIO(member.source)
        return
    try:
        with open_regular(member.source) as file:
            state = _state(file)
            planned = (member.size, state[1] if member.mtime_ns is None else member.mtime_ns)
            if state != planned:
                raise _changed(member)
            yield file
            if _state(file) != planned:
                raise _changed(member)
    except OSError as error:
        raise InvalidInput.of(
            "build.unreadable",
            where=Where(member.name),
            path=member.name,
            reason=os_error_text(error),
        ) from error


def _state(file: BinaryIO) -> tuple[int, int]:
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _changed(member: SourceFile) -> InvalidInput:
    return InvalidInput.of("build.file-changed", where=Where(member.name), path=member.name)
