"""The directory at the end of a zip: its end records and its entries, read by one strict rule.

Tools find the directory in different ways: by the last end record or the first that fits, by the
position it names or by counting back from its end, with or without the zip64 records. Only archives in
which all of these are the same place are read; for the others `read_directory` raises
`InvalidPackage`. Field names are those of PKWARE's APPNOTE, section 4.3.
"""

from __future__ import annotations

from struct import Struct
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, Where
from extery.core.files import format_size
from extery.package.extra_fields import ExtraFault, find_extra_fault, parse_extra, take_zip64

#: No extension has nearly as many files, and each takes memory before anything can be said of it.
MAX_MEMBERS = 20_000
#: Bytes of a directory that are read into memory.
MAX_DIRECTORY_BYTES = 8 << 20

END_SIGNATURE = b"PK\x05\x06"
LOCAL_SIGNATURE = b"PK\x03\x04"
_ENTRY_SIGNATURE = b"PK\x01\x02"
_END = Struct("<4s4H2LH")
_ENTRY = Struct("<4s4B4HL2L5H2L")
_FIELDS = slice(8, 30)
_LOCATOR_64 = Struct("<4sLQL")
_END_64 = Struct("<4sQ2H2L4Q")
# What `_END_64.size` is without its signature and its own size field.
_END_64_BODY = _END_64.size - 12
_MAX_COMMENT = 0xFFFF
_MANY = 0xFFFF
_LARGE = 0xFFFF_FFFF


class Entry(NamedTuple):
    """One entry of the directory as it stands there, sizes and offset taken from zip64 where given."""

    raw_name: bytes
    system: int
    system_version: int
    version_needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed_size: int
    size: int
    external_attributes: int
    offset: int
    extra_fault: ExtraFault | None
    #: The bytes of flags to name length, which the local header repeats; empty if zip64 replaces one of them.
    header_fields: bytes


class Directory(NamedTuple):
    """The entries in their order, and where their bytes begin in the file."""

    entries: list[Entry]
    start: int


class _End(NamedTuple):
    entries: int
    length: int
    start: int


def read_directory(file: BinaryIO, size: int, name: str) -> Directory:
    """Read the directory of a zip of ``size`` bytes in a seekable ``file``.

    Raises `InvalidPackage` where there is none, where it is damaged, and where tools differ
    about which one it is. ``name`` is what messages call the archive.
    """
    end = _find_end(file, size, name)
    if end.entries > MAX_MEMBERS or end.length > MAX_DIRECTORY_BYTES:
        raise InvalidPackage.of(
            "package.too-many-members",
            f"{name} has {end.entries:,} files in a directory of {format_size(end.length)}, at most"
            f" {MAX_MEMBERS:,} in {format_size(MAX_DIRECTORY_BYTES)} are allowed",
            hint="leave caches and generated files out",
            where=Where(name),
        )
    file.seek(end.start)
    data = file.read(end.length)
    if len(data) != end.length:
        raise damaged(name, "its directory ends early")
    return Directory(_parse_entries(data, end.entries, name), end.start)


def damaged(name: str, reason: str) -> InvalidPackage:
    """The error for bytes that break the format itself."""
    return InvalidPackage.of(
        "package.damaged",
        f"{name} is a damaged zip: {reason}",
        hint="build or download it again",
        where=Where(name),
    )


def _find_end(file: BinaryIO, size: int, name: str) -> _End:
    """The end record, which has to be the last thing in the file."""
    tail_start = max(0, size - _END.size - _MAX_COMMENT)
    file.seek(tail_start)
    tail = file.read(size - tail_start)
    at = tail.rfind(END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise damaged(name, "its end record is missing or cut off")
    _, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, at)
    position = tail_start + at
    rest = size - position - _END.size
    if comment > rest:
        raise damaged(name, "its end record names a longer comment than there is")
    if comment < rest:
        raise InvalidPackage.of(
            "package.trailing-data",
            f"{name} goes on for {format_size(rest - comment)} behind its end",
            hint="build or download it again; nothing may follow the zip",
            where=Where(name),
        )
    if disk or first_disk or here != count:
        raise damaged(name, "it is one part of an archive in several parts")
    end, limit = _with_zip64(file, _End(count, length, start), position, name)
    uncounted = limit - end.start - end.length
    if uncounted > 0:
        raise InvalidPackage.of(
            "package.prefix-data",
            f"{name} has {format_size(uncounted)} that its directory does not count",
            hint="build or download it again; nothing may stand before the zip or around its directory",
            where=Where(name),
        )
    if uncounted < 0:
        raise damaged(name, "its directory is longer than the room for it")
    return end


def _has_locator(file: BinaryIO, position: int) -> bool:
    if position < _LOCATOR_64.size:
        return False
    file.seek(position - _LOCATOR_64.size)
    return file.read(4) == b"PK\x06\x07"


def _with_zip64(file: BinaryIO, end: _End, position: int, name: str) -> tuple[_End, int]:
    """The end record with what the zip64 end record says, and where the first of the two begins.

    Tools that know zip64 take its values whenever its locator is there, others never do, so the two
    may not differ.
    """
    if not _has_locator(file, position):
        if end.entries == _MANY or _LARGE in (end.length, end.start):
            raise _zip64_mismatch(name, "the zip64 end record is missing")
        return end, position
    record_start = position - _LOCATOR_64.size - _END_64.size
    if record_start < 0:
        raise _zip64_mismatch(name, "there is no room for the zip64 end record")
    file.seek(record_start)
    data = file.read(_END_64.size + _LOCATOR_64.size)
    _, disk, record_offset, disks = _LOCATOR_64.unpack_from(data, _END_64.size)
    signature, body, _, _, *numbers = _END_64.unpack_from(data)
    disk_here, first_disk, here, count, length, start = numbers
    if record_offset != record_start or signature != b"PK\x06\x06" or body != _END_64_BODY:
        raise _zip64_mismatch(name, "the zip64 locator does not lead to the record before it")
    if disk or disk_here or first_disk or disks != 1 or here != count:
        raise damaged(name, "it is one part of an archive in several parts")
    same = (
        end.entries in (count, _MANY)
        and end.length in (length, _LARGE)
        and end.start in (start, _LARGE)
    )
    if not same:
        raise _zip64_mismatch(name, "the end record and the zip64 end record differ")
    return _End(count, length, start), record_start


def _zip64_mismatch(name: str, reason: str) -> InvalidPackage:
    return InvalidPackage.of(
        "package.zip64-mismatch",
        f"tools differ in where the directory of {name} is: {reason}",
        hint="build it again; a package of less than 4 GB needs no zip64",
        where=Where(name),
    )


def _parse_entries(data: bytes, count: int, name: str) -> list[Entry]:
    entries: list[Entry] = []
    place, total = 0, len(data)
    while place < total:
        if total - place < _ENTRY.size or len(entries) == count:
            raise damaged(name, "its directory has more bytes than entries")
        fields = _ENTRY.unpack_from(data, place)
        if fields[0] != _ENTRY_SIGNATURE:
            raise damaged(name, "an entry of its directory has no signature")
        name_end = place + _ENTRY.size + fields[12]
        extra_end = name_end + fields[13]
        raw_name = data[place + _ENTRY.size : name_end]
        header_fields = data[place + _FIELDS.start : place + _FIELDS.stop]
        place = extra_end + fields[14]
        if place > total:
            raise damaged(name, "the last entry of its directory is cut off")
        if fields[15]:
            raise damaged(name, "it is one part of an archive in several parts")
        extra = data[name_end:extra_end]
        entries.append(_entry(fields, raw_name, extra, header_fields, name))
    if len(entries) != count:
        raise damaged(name, f"its directory has {len(entries):,} entries and says {count:,}")
    return entries


def _entry(
    fields: tuple[int, ...], raw_name: bytes, extra: bytes, header_fields: bytes, name: str
) -> Entry:
    (
        _, system_version, system, needed, _, flags, method, time, date, crc, packed, size,
        _, _, _, _, _, external, offset,
    ) = fields  # fmt: skip
    extra_fault = None
    if extra or _LARGE in (packed, size, offset):
        parts = parse_extra(extra)
        if parts is None:
            raise damaged(name, "an extra field of its directory is cut off")
        extra_fault = find_extra_fault(parts, raw_name, flags)
        wide = take_zip64(parts, (size, packed, offset))
        if wide is None:
            raise _zip64_mismatch(name, "an entry lacks its zip64 sizes, or has them twice")
        if (size, packed, offset) != wide:
            header_fields = b""
        size, packed, offset = wide
    return Entry(
        raw_name, system, system_version, needed, flags, method, time, date, crc, packed, size,
        external, offset, extra_fault, header_fields,
    )  # fmt: skip
