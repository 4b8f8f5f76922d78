"""Plan of a delta download: which bytes of the new package are known, and which ranges are fetched.

Reads the directories of both packages and of their wheels, over HTTP only the ends of the new ones.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

from extery.core.errors import ExteryError
from extery.fetch.ranges import Range, RangeReader, RemoteTail, UnusableRange
from extery.package.central_directory import MAX_DIRECTORY_BYTES, read_directory
from extery.package.reuse import KnownBytes, NestedArchive, OldArchive

#: Known bytes between two ranges are fetched again if they are fewer: a request costs as much.
MIN_HOLE = 8_000
#: Maximum number of ranges, before large ones are divided.
MAX_RANGES = 48
#: Ranges are divided into pieces of this size, which are in memory at once.
MAX_PIECE = 2 << 20
#: Wheels whose members are looked at; the others are fetched if they have changed.
MAX_NESTED = 16
#: Bytes of a directory that the new one may have grown by.
_GROWTH = 4_000
_MAX_TAIL = MAX_DIRECTORY_BYTES + (1 << 16)
_MAX_NESTED_TAIL = 2 << 20
#: Expected directory of a wheel that the old package does not have: that of some hundred members.
_NEW_NESTED_TAIL = 16_000


class DeltaPlan(NamedTuple):
    """Parts of the new package in their order: known bytes, and ranges to fetch."""

    parts: list[KnownBytes | Range]

    @property
    def ranges(self) -> list[Range]:
        return [part for part in self.parts if isinstance(part, Range)]

    @property
    def bytes_to_fetch(self) -> int:
        return sum(part.size for part in self.ranges)

    def from_offset(self, offset: int) -> DeltaPlan:
        """Return the plan without the first ``offset`` bytes of the package."""
        parts: list[KnownBytes | Range] = []
        for part in self.parts:
            if part.end <= offset:
                continue
            if part.start >= offset:
                parts.append(part)
            elif isinstance(part, Range):
                parts.append(Range(offset, part.end))
            else:
                parts.append(part.clip(offset, part.end))
        return DeltaPlan(parts)


def plan_delta(reader: RangeReader, old: OldArchive) -> DeltaPlan:
    """Fetch the directories of the new package and compare them with ``old``.

    Raises `UnusableRange`, `InvalidPackage` and the errors of a fetcher.
    """
    whole = Range(0, reader.size)
    expected = _expected_tail(old.tail_size, reader.size)
    tail = RemoteTail(reader, whole, expected=expected, limit=_MAX_TAIL)
    directory = read_directory(io.BufferedReader(tail), reader.size, "new.zip")
    known = [KnownBytes(tail.start, len(tail.data), tail.data)]
    known += old.known_bytes(directory)
    nested = old.nested_archives(directory)[:MAX_NESTED]
    if nested:
        with ThreadPoolExecutor(len(nested)) as pool:
            for found in pool.map(lambda one: _nested_bytes(reader, old, one, tail), nested):
                known += found
    return DeltaPlan(list(_merge(known, reader.size)))


def _expected_tail(old_tail_size: int, size: int) -> int:
    """Return how many bytes at the end of an archive to fetch first, never more than a fraction of it."""
    return min(old_tail_size + _GROWTH, size // 4)


def _nested_bytes(
    reader: RangeReader, old: OldArchive, archive: NestedArchive, outer: RemoteTail
) -> list[KnownBytes]:
    """Return the known bytes of a wheel; ``outer`` is the end of the package, which may contain its end."""
    place = Range(archive.start, archive.start + archive.size)
    old_size = old.nested_tail_sizes.get(archive.name, _NEW_NESTED_TAIL)
    expected = _expected_tail(old_size, archive.size)
    start = max(place.start, outer.start)
    data = outer.data[start - outer.start : max(start, place.end) - outer.start]
    tail = RemoteTail(reader, place, expected=expected, limit=_MAX_NESTED_TAIL, data=data)
    try:
        directory = read_directory(io.BufferedReader(tail), archive.size, "new.whl")
        found = list(old.known_bytes(directory, base=archive.start, name=archive.name))
    except (ExteryError, UnusableRange):
        found = []
    return [*found, KnownBytes(tail.start, len(tail.data), tail.data)] if tail.data else found


def _merge(known: Iterable[KnownBytes], size: int) -> Iterator[KnownBytes | Range]:
    """Yield the known bytes in order and, for the gaps between them, ranges of a reasonable number and size."""
    ordered = list(_without_overlaps(known, size))
    ranges = _few_ranges(_missing(ordered, size))
    position = 0
    pieces = iter(ordered)
    piece = next(pieces, None)
    for missing in [*ranges, Range(size, size)]:
        while piece is not None and piece.start < missing.start:
            if piece.start >= position:  # others are inside the range before
                yield piece
            piece = next(pieces, None)
        for start in range(missing.start, missing.end, MAX_PIECE):
            yield Range(start, min(start + MAX_PIECE, missing.end))
        position = missing.end


def _without_overlaps(known: Iterable[KnownBytes], size: int) -> Iterator[KnownBytes]:
    """Yield non-empty pieces in order; the later one of two that overlap is clipped."""
    position = 0
    for piece in sorted(known, key=lambda piece: piece.start):
        start, end = max(piece.start, position), min(piece.end, size)
        if start < end:
            yield piece.clip(start, end)
            position = end


def _missing(ordered: Sequence[KnownBytes], size: int) -> list[Range]:
    position, missing = 0, []
    for piece in ordered:
        if piece.start > position:
            missing.append(Range(position, piece.start))
        position = piece.end
    if position < size:
        missing.append(Range(position, size))
    return missing


def _few_ranges(missing: list[Range]) -> list[Range]:
    """Join ranges with small holes between them, and as many others as `MAX_RANGES` requires."""
    holes = sorted((after.start - before.end for before, after in pairwise(missing)), reverse=True)
    largest_joined = max([MIN_HOLE - 1, *holes[MAX_RANGES - 1 : MAX_RANGES]])
    joined: list[Range] = []
    for item in missing:
        if joined and item.start - joined[-1].end <= largest_joined:
            joined[-1] = Range(joined[-1].start, item.end)
        else:
            joined.append(item)
    return joined
