"""A response in several pieces of bytes, read like one file and without joining them."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class PiecesFile:
    """A read-only file over pieces of bytes, which other responses may share."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._starts = [0, *accumulate(map(len, pieces))]
        self._position = 0

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return True

    def tell(self) -> int:
        """The position in all pieces."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in all pieces."""
        end = self._starts[-1]
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: end}[whence]
        self._position = min(max(0, start + offset), end)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, all for -1; none at the end of the last piece."""
        start, last = self._position, self._starts[-1]
        end = last if size < 0 else min(start + size, last)
        if start >= end:
            return b""
        self._position = end
        parts = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            offset = start - self._starts[index]
            part = self._pieces[index][offset : offset + end - start]
            parts.append(part)
            start += len(part)
            index += 1
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Forget the pieces."""
        self._pieces, self._starts = (), [0]
