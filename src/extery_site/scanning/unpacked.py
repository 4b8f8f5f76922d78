"""The files of an archive in a zip that every tool reads alike: stored, without extra fields, as a stream.

`extery_site.scanning.package_scan` sends it to clamd, which reads fewer kinds of zips than Blender.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence

from extery.package.archive import Archive, Member
from extery.package.zip_format import END_SIGNATURE, ENTRY_SIGNATURE, FLAG_UTF8, LOCAL_SIGNATURE

_MAX_NAME = 500
#: Version, flags, method, time, date, CRC, packed and unpacked size, lengths of the name and the extra field.
_FIELDS = struct.Struct("<HHHHHIIIHH")
_ENTRY_END = struct.Struct("<HHHII")
_END = struct.Struct("<HHHHIIH")
_VERSION, _FIRST_DATE = 20, 33


class BlockStream:
    """A stream that is read from blocks."""

    def __init__(self, blocks: Iterable[bytes | memoryview]) -> None:
        self._blocks = iter(blocks)
        self._block = memoryview(b"")
        self._at = 0

    def read(self, size: int, /) -> bytes:
        while self._at == len(self._block):
            block = next(self._blocks, None)
            if block is None:
                return b""
            # Not what is left of it: a block may be a whole archive in memory.
            self._block, self._at = memoryview(block), 0
        part = self._block[self._at : self._at + size]
        self._at += len(part)
        return bytes(part)


def unpacked_size(members: Sequence[Member]) -> int:
    """Return at least as many bytes as the zip of these members has."""
    return sum(member.size + 2 * (_MAX_NAME + 50) for member in members) + 50


def unpacked_zip(archive: Archive, members: Sequence[Member]) -> Iterator[bytes | memoryview]:
    """Yield the bytes of the zip, less than 4 GB; raises `InvalidPackage` for a member that cannot be unpacked."""
    directory, offset = bytearray(), 0
    for member in members:
        name = member.name.encode("utf-8", "replace")[:_MAX_NAME]
        sizes = (member.crc, member.size, member.size, len(name), 0)
        fields = _FIELDS.pack(_VERSION, FLAG_UTF8, 0, 0, _FIRST_DATE, *sizes)
        header = LOCAL_SIGNATURE + fields + name
        yield header
        yield from archive.blocks(member)
        directory += ENTRY_SIGNATURE + _VERSION.to_bytes(2, "little") + fields
        directory += _ENTRY_END.pack(0, 0, 0, 0, offset) + name
        offset += len(header) + member.size
    yield bytes(directory)
    count = len(members)
    yield END_SIGNATURE + _END.pack(0, 0, count, count, len(directory), offset, 0)
