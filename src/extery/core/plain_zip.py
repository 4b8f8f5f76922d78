"""The manifest of an ordinary package, found without `zipfile`: for whoever reads thousands of them.

Ordinary is a zip with plain names and its manifest at the top. Anything else, and anything wrong, is
left to `extery.core.package`: there is one reading of packages, and this is a short cut to it.
"""

from __future__ import annotations

import zlib
from struct import Struct
from typing import BinaryIO

from extery.core.manifest import FILENAME, MAX_BYTES

_NAME = FILENAME.encode()
# As in section 4.3 of PKWARE's APPNOTE: end of the directory, an entry of it, and what stands before a member.
_END = Struct("<4s4H2LH")
_ENTRY = Struct("<4s4B4HL2L5H2L")
_LOCAL = Struct("<4s2B4HL2L2H")
_LOCATOR_64 = b"PK\x06\x07"
_LOCATOR_64_SIZE = 20
#: Most directories, with the end behind them, are not longer.
_TAIL = 4096
# Beyond these `zipfile` refuses a member, or reads another size, offset or name from the extra field.
_NEWEST_FORMAT = 63
_MEANINGFUL_EXTRA = (0x0001, 0x7075)
#: How hard it was packed, that sizes follow the data, that names are UTF-8.
_HARMLESS_FLAGS = 0x0806 | 0x0008
_STORED, _DEFLATED = 0, 8


def read_plain_manifest(file: BinaryIO) -> bytes | None:
    """The manifest of the package in a seekable ``file``, or ``None`` if it takes `zipfile` to say."""
    size = file.seek(0, 2)
    found = _directory(file, size)
    if found is None:
        return None
    directory, start = found
    member = _find(directory, start)
    return None if member is None else _read(file, *member)


def _directory(file: BinaryIO, size: int) -> tuple[bytes, int] | None:
    """The directory of the archive, and where it begins; the end record has to be the very end."""
    tail = _at(file, max(0, size - _TAIL), _TAIL)
    if len(tail) < _END.size:
        return None
    end = len(tail) - _END.size
    signature, disk, first_disk, _, _, length, start, comment = _END.unpack_from(tail, end)
    if signature != b"PK\x05\x06" or disk or first_disk or comment:
        return None
    if start + length + _END.size != size:
        return None  # something stands before the archive, or sizes are in a zip64 record
    if tail.startswith(_LOCATOR_64, max(0, end - _LOCATOR_64_SIZE)):
        return None
    if length <= end:
        return tail[end - length : end], start
    return _at(file, start, length), start


def _find(directory: bytes, start: int) -> tuple[int, int, int, int, int, int] | None:
    """Offset, most bytes, method, checksum, packed and real size of the manifest."""
    place, total, found, offsets = 0, len(directory), None, []
    while place < total:
        if total - place < _ENTRY.size:
            return None
        entry = _ENTRY.unpack_from(directory, place)
        name_end = place + _ENTRY.size + entry[12]
        name = directory[place + _ENTRY.size : name_end]
        if entry[0] != b"PK\x01\x02" or entry[3] > _NEWEST_FORMAT or not _is_plain(name):
            return None
        place = name_end + entry[13]
        if entry[13] and not _is_harmless(directory[name_end:place]):
            return None
        place += entry[14]
        offsets.append(entry[18])
        if name == _NAME:
            if found is not None:
                return None
            found = entry
    if found is None or place != total:
        return None
    _, _, _, _, _, flags, method, _, _, checksum, packed, real, *_, offset = found
    if flags & ~_HARMLESS_FLAGS or real > MAX_BYTES or offsets.count(offset) > 1:
        return None
    until = min((other for other in offsets if other > offset), default=start)
    return offset, until - offset, method, checksum, packed, real


def _is_plain(name: bytes) -> bool:
    return name.isascii() and b"\x00" not in name and b"\\" not in name


def _is_harmless(extra: bytes) -> bool:
    """Whether an extra field is well-made and changes nothing of what the entry says."""
    place = 0
    while place < len(extra):
        if place + 4 > len(extra):
            return False
        kind = int.from_bytes(extra[place : place + 2], "little")
        place += 4 + int.from_bytes(extra[place + 2 : place + 4], "little")
        if kind in _MEANINGFUL_EXTRA or place > len(extra):
            return False
    return True


def _read(
    file: BinaryIO, offset: int, most: int, method: int, checksum: int, packed: int, real: int
) -> bytes | None:
    if not _LOCAL.size + len(_NAME) + packed <= most:
        return None
    data = _at(file, offset, min(most, _LOCAL.size + len(_NAME) + packed + _TAIL))
    if len(data) < _LOCAL.size:
        return None
    signature, *_, name_length, extra_length = _LOCAL.unpack_from(data)
    begin = _LOCAL.size + name_length + extra_length
    if signature != b"PK\x03\x04" or data[_LOCAL.size : _LOCAL.size + name_length] != _NAME:
        return None
    content = data[begin : begin + packed]
    if len(content) != packed:
        return None
    if method == _DEFLATED:
        unpacked = _inflate(content, real)
    elif method == _STORED:
        unpacked = content
    else:
        return None
    if unpacked is None or len(unpacked) != real or zlib.crc32(unpacked) != checksum:
        return None
    return unpacked


def _inflate(content: bytes, real: int) -> bytes | None:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = machine.decompress(content, real + 1)
    except zlib.error:
        return None
    return unpacked if machine.eof and not machine.unused_data else None


def _at(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)
