"""Read the METADATA of a wheel in an index that offers no metadata: of the wheel, only parts are fetched."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import NamedTuple

from extery.core.errors import ExteryError
from extery.fetch import Fetcher
from extery.fetch.deadline import Deadline
from extery.fetch.ranges import Range, RangeReader, RemoteTail, UnusableRange
from extery.package.central_directory import read_directory

#: Bytes of the metadata of a wheel; the description is a part of them.
MAX_METADATA = 4_000_000
#: Bytes at the end of a wheel that are requested first, and at most: the directory of its files.
_TAIL, _MAX_TAIL = 32_000, 4_000_000
_LOCAL_HEADER = 30
#: Bytes of the name and the extra fields behind a local header.
_MAX_NAME = 600
_STORED, _DEFLATED = 0, 8
_NAME = re.compile(rb"[^/]+\.dist-info/METADATA")


class _Entry(NamedTuple):
    """The METADATA in the directory of a wheel."""

    offset: int
    packed_size: int
    method: int


def remote_metadata(url: str, size: int, fetcher: Fetcher) -> bytes | None:
    """Return the METADATA of a remote wheel; ``None`` if the server sends no parts of files, or they cannot be read.

    They are not verified: compare them with those of the wheel once it is there.
    """
    reader = RangeReader(
        url, size, fetcher=fetcher, deadline=Deadline(fetcher.retry_policy.max_seconds)
    )
    try:
        entry = _find(reader, size)
        if entry is None or entry.packed_size > MAX_METADATA:
            return None
        return _read(reader, entry, size)
    except (ExteryError, UnusableRange, OSError, ValueError, struct.error, zlib.error):
        return None


def _find(reader: RangeReader, size: int) -> _Entry | None:
    tail = RemoteTail(reader, Range(0, size), expected=_TAIL, limit=_MAX_TAIL)
    for entry in read_directory(io.BufferedReader(tail), size, "wheel").entries:
        if _NAME.fullmatch(entry.raw_name):
            return _Entry(entry.offset, entry.packed_size, entry.method)
    return None


def _read(reader: RangeReader, entry: _Entry, size: int) -> bytes | None:
    most = _LOCAL_HEADER + _MAX_NAME + entry.packed_size
    data = reader.read(entry.offset, min(size, entry.offset + most))
    name_length, extra_length = struct.unpack_from("<HH", data, 26)
    start = _LOCAL_HEADER + name_length + extra_length
    packed = data[start : start + entry.packed_size]
    if len(packed) != entry.packed_size:
        return None
    if entry.method == _STORED:
        return packed
    if entry.method != _DEFLATED:
        return None
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, MAX_METADATA)
