"""A range of a file as a file object, for partial downloads from a folder."""

from __future__ import annotations

import io
from typing import BinaryIO


class FilePart(io.RawIOBase):
    """A file object that reads a range of another one; a server can send it without a thread."""

    def __init__(self, file: BinaryIO, part: range) -> None:
        self._file = file
        self._part = part
        file.seek(part.start)

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return True

    def tell(self) -> int:
        """The position in the range."""
        return self._file.tell() - self._part.start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in the range."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: len(self._part)}[whence]
        position = min(max(0, start + offset), len(self._part))
        self._file.seek(self._part.start + position)
        return position

    def read(self, size: int | None = -1) -> bytes:
        """Read at most ``size`` bytes; empty at the end of the range."""
        left = len(self._part) - self.tell()
        return self._file.read(left if size is None or size < 0 else min(size, left))

    def close(self) -> None:
        """Close the underlying file too."""
        super().close()
        self._file.close()
