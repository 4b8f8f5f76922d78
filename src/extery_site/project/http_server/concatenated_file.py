"""Several byte strings as one read-only file, without joining them: the body of a long listing."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class ConcatenatedFile:
    """A read-only file of byte strings, which other responses may share."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts
        self._starts = [0, *accumulate(map(len, parts))]
        self._position = 0

    def seekable(self) -> bool:
        """Whether `seek` works."""
        return True

    def tell(self) -> int:
        """The position in the whole file."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position in the whole file."""
        end = self._starts[-1]
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: end}[whence]
        self._position = min(max(0, start + offset), end)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read at most ``size`` bytes, all for -1; empty at the end."""
        start, last = self._position, self._starts[-1]
        end = last if size < 0 else min(start + size, last)
        if start >= end:
            return b""
        self._position = end
        blocks = []
        index = bisect_right(self._starts, start) - 1
        while start < end:
            offset = start - self._starts[index]
            block = self._parts[index][offset : offset + end - start]
            blocks.append(block)
            start += len(block)
            index += 1
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def close(self) -> None:
        """Release the byte strings."""
        self._parts, self._starts = (), [0]
