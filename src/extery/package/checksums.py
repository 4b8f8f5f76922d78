"""SHA-256 of an archive and CRC-32 of its stored members, from one pass over the file.

Most bytes of large packages belong to members that are stored: images, and wheels with their own members.
Reading them once for both saves a pass over the file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = [
    "NO_CHECKSUMS",
    "Checksums",
    "MemberFile",
    "Region",
    "fast_crc32",
    "hash_with_checksums",
    "without_overlaps",
]

_BLOCK = 1 << 18
_CHECKPOINT = 1 << 20


@cache
def fast_crc32() -> Callable[[ReadableBuffer, int], int]:
    """Return the fastest CRC-32 that is installed; loading it takes longer than a few megabytes with zlib's."""
    try:  # isal's is as fast, but slows down SHA-256 afterwards on processors of AMD
        from zlib_ng.zlib_ng import crc32
    except ImportError:
        from zlib import crc32
    function: Callable[[ReadableBuffer, int], int] = crc32
    return function


class Region(NamedTuple):
    """``size`` bytes of a file from ``offset`` on."""

    offset: int
    size: int


class Checksums:
    """The known CRC-32 of regions of a file, or of the part of it that begins at ``start``."""

    def __init__(self, known: Mapping[Region, int], start: int = 0) -> None:
        self._known = known
        self._start = start

    def get(self, offset: int, size: int) -> int | None:
        """Return the CRC-32 of the region, or ``None`` if it is not known."""
        return self._known.get(Region(self._start + offset, size))

    def within(self, offset: int) -> Checksums:
        """Return the same checksums for a window that begins at ``offset``."""
        return Checksums(self._known, self._start + offset)


NO_CHECKSUMS = Checksums({})


class MemberFile(io.BufferedReader):
    """A stored member as a seekable file, with the known checksums of its own parts."""

    checksums = NO_CHECKSUMS


def hash_with_checksums(
    file: BinaryIO,
    layers: Iterable[Iterable[Region]],
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> tuple[str, Checksums]:
    """Return the SHA-256 of a seekable file, and the CRC-32 of the regions of all layers.

    The regions of a layer that overlap are left out, so that a layer costs at most one pass. Regions that end
    behind the file have no checksum. ``checkpoint`` is called for each megabyte, and may raise to stop.
    """
    import hashlib

    digest, position = hashlib.sha256(), 0
    parts = [_Layer(regions) for regions in layers]
    view = memoryview(bytearray(_BLOCK))
    file.seek(0)
    for block in _blocks(file, view):
        digest.update(block)
        for part in parts:
            part.update(position, block)
        if position % _CHECKPOINT + len(block) >= _CHECKPOINT:
            checkpoint()
        position += len(block)
    known = {region: crc for part in parts for region, crc in part.known.items()}
    return digest.hexdigest(), Checksums(known)


def _blocks(file: BinaryIO, view: memoryview) -> Iterator[memoryview]:
    while count := file.readinto(view):  # type: ignore[attr-defined]  # of a binary file
        yield view[:count]


class _Layer:
    """Regions that do not overlap, with the checksums of those that have been read."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions = without_overlaps(regions)
        self._next = 0
        self._crc = 0
        self._crc32 = fast_crc32()
        self.known: dict[Region, int] = {}

    def update(self, start: int, block: memoryview) -> None:
        """Take the bytes of the file from ``start`` on; blocks follow each other without a gap."""
        end = start + len(block)
        while self._next < len(self._regions):
            region = self._regions[self._next]
            first, last = max(region.offset, start), min(region.offset + region.size, end)
            if first < last:
                self._crc = self._crc32(block[first - start : last - start], self._crc)
            if region.offset + region.size > end:
                return
            self.known[region] = self._crc
            self._next, self._crc = self._next + 1, 0


def without_overlaps(regions: Iterable[Region]) -> list[Region]:
    """Return the regions in order, without those that begin before an earlier one ends."""
    kept: list[Region] = []
    end = 0
    for region in sorted(regions):
        if region.offset >= end:
            kept.append(region)
            end = region.offset + region.size
    return kept
