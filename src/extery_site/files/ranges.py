"""A part of a file as a file of its own."""

from __future__ import annotations

import io
from typing import BinaryIO


class FilePart(io.RawIOBase):
    """A range of a file as a file of its own, which a server can send without a thread."""

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
        """The position in the part."""
        return self._file.tell() - self._part.start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in the part."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: len(self._part)}[whence]
        position = min(max(0, start + offset), len(self._part))
        self._file.seek(self._part.start + position)
        return position

    def read(self, size: int | None = -1) -> bytes:
        """At most ``size`` bytes, none at the end of the part."""
        left = len(self._part) - self.tell()
        return self._file.read(left if size is None or size < 0 else min(size, left))

    def close(self) -> None:
        """Close the file behind it."""
        super().close()
        self._file.close()
