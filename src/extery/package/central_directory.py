"""The central directory of a zip: its end records and entries, read by one strict rule.

Tools find the directory in different ways: by the last end record or the first that fits, by the
offset it states or by counting back from its end, with or without the zip64 records. Only archives in
which all of these lead to the same place are read; for others `read_directory` raises
`InvalidPackage`. Field names are those of PKWARE's APPNOTE, section 4.3.
"""

from __future__ import annotations

from struct import Struct
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, Value, Where
from extery.core.files import format_size
from extery.package.archive import MAX_MEMBERS
from extery.package.extra_fields import find_extra_issue, parse_extra_field, take_zip64
from extery.package.issue import Issue
from extery.package.zip_format import (
    END,
    END_SIGNATURE,
    ENTRY,
    ENTRY_SIGNATURE,
    IN_ZIP64_16,
    IN_ZIP64_32,
    LOCATOR_64,
    LOCATOR_64_SIGNATURE,
)

#: Maximum size of a directory that is read into memory.
MAX_DIRECTORY_BYTES = 8 << 20

_END_64 = Struct("<4sQ2H2L4Q")
# `_END_64.size` without its signature and its own size field.
_END_64_BODY = _END_64.size - 12
_MAX_COMMENT = 0xFFFF
# Nearly all archives have no comment, and nearly all others a line of text.
_USUAL_COMMENTS = (0, 500, _MAX_COMMENT)


class DirectoryEntry(NamedTuple):
    """One entry of the directory; sizes and offset are those of the zip64 block if there is one."""

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
    extra_issue: Issue | None
    extra: bytes


class CentralDirectory(NamedTuple):
    """The entries in their order, and the offset of the first one in the file."""

    entries: list[DirectoryEntry]
    start: int


class _End(NamedTuple):
    entries: int
    length: int
    start: int


def read_directory(
    file: BinaryIO, size: int, name: str, *, max_members: int = MAX_MEMBERS
) -> CentralDirectory:
    """Read the directory of a zip of ``size`` bytes in a seekable ``file``.

    Raises `InvalidPackage` if there is none, if it is damaged, and if tools differ in which one they
    read. ``name`` is the archive's name for messages, ``max_members`` the maximum number of entries.
    """
    end = _find_end(file, size, name)
    max_bytes = MAX_DIRECTORY_BYTES * max(1, max_members // MAX_MEMBERS)
    if end.entries > max_members or end.length > max_bytes:
        raise InvalidPackage.of(
            "package.too-many-members",
            where=Where(name),
            variant="directory",
            file=name,
            members=end.entries,
            size=format_size(end.length),
            limit=max_members,
            max_size=format_size(max_bytes),
        )
    file.seek(end.start)
    data = file.read(end.length)
    if len(data) != end.length:
        raise _damaged(name, "directory-cut-off")
    return CentralDirectory(_parse_entries(data, end.entries, name), end.start)


def _damaged(name: str, variant: str, **values: Value) -> InvalidPackage:
    """Return the error for bytes that do not follow the format."""
    issue = Issue("package.damaged", variant, values)
    return InvalidPackage(issue.to_problem(where=Where(name), file=name))


def _find_end(file: BinaryIO, size: int, name: str) -> _End:
    """Return the end record, which must be the last bytes of the file."""
    for comment_size in _USUAL_COMMENTS:
        tail_start = max(0, size - END.size - comment_size)
        file.seek(tail_start)
        tail = file.read(size - tail_start)
        at = tail.rfind(END_SIGNATURE)
        if at >= 0:
            break
    if at < 0 or len(tail) - at < END.size:
        raise _damaged(name, "no-end")
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(tail, at)
    position = tail_start + at
    rest = size - position - END.size
    if comment > rest:
        raise _damaged(name, "comment")
    if comment < rest:
        raise InvalidPackage.of(
            "package.trailing-data",
            where=Where(name),
            file=name,
            size=format_size(rest - comment),
        )
    if disk or first_disk or here != count:
        raise _damaged(name, "multi-part")
    end, limit = _with_zip64(file, _End(count, length, start), position, name)
    uncounted = limit - end.start - end.length
    if uncounted > 0:
        raise InvalidPackage.of(
            "package.prefix-data",
            where=Where(name),
            file=name,
            size=format_size(uncounted),
        )
    if uncounted < 0:
        raise _damaged(name, "directory-too-long")
    return end


def _has_locator(file: BinaryIO, position: int) -> bool:
    if position < LOCATOR_64.size:
        return False
    file.seek(position - LOCATOR_64.size)
    return file.read(4) == LOCATOR_64_SIGNATURE


def _with_zip64(file: BinaryIO, end: _End, position: int, name: str) -> tuple[_End, int]:
    """Return the end record with the values of the zip64 end record, and the offset of the first of the two.

    Tools that support zip64 use its values whenever there is a locator, others never do, so the two
    must not differ.
    """
    if not _has_locator(file, position):
        if end.entries == IN_ZIP64_16 or IN_ZIP64_32 in (end.length, end.start):
            raise _zip64_mismatch(name, "record-missing")
        return end, position
    record_start = position - LOCATOR_64.size - _END_64.size
    if record_start < 0:
        raise _zip64_mismatch(name, "record-cut-off")
    file.seek(record_start)
    data = file.read(_END_64.size + LOCATOR_64.size)
    _, disk, record_offset, disks = LOCATOR_64.unpack_from(data, _END_64.size)
    signature, body, _, _, *numbers = _END_64.unpack_from(data)
    disk_here, first_disk, here, count, length, start = numbers
    if record_offset != record_start or signature != b"PK\x06\x06" or body != _END_64_BODY:
        raise _zip64_mismatch(name, "locator")
    if disk or disk_here or first_disk or disks != 1 or here != count:
        raise _damaged(name, "multi-part")
    same = (
        end.entries in (count, IN_ZIP64_16)
        and end.length in (length, IN_ZIP64_32)
        and end.start in (start, IN_ZIP64_32)
    )
    if not same:
        raise _zip64_mismatch(name, "end-records-differ")
    return _End(count, length, start), record_start


def _zip64_mismatch(name: str, variant: str) -> InvalidPackage:
    return InvalidPackage.of(
        "package.zip64-mismatch", where=Where(name), variant=variant, file=name
    )


def _parse_entries(data: bytes, count: int, name: str) -> list[DirectoryEntry]:
    entries: list[DirectoryEntry] = []
    place, total = 0, len(data)
    last = total - ENTRY.size
    while place < total:
        if place > last or len(entries) == count:
            raise _damaged(name, "directory-too-short")
        fields = ENTRY.unpack_from(data, place)
        if fields[0] != ENTRY_SIGNATURE:
            raise _damaged(name, "no-signature")
        name_end = place + ENTRY.size + fields[12]
        extra_end = name_end + fields[13]
        raw_name = data[place + ENTRY.size : name_end]
        place = extra_end + fields[14]
        if place > total:
            raise _damaged(name, "entry-cut-off")
        if fields[15]:
            raise _damaged(name, "multi-part")
        extra = data[name_end:extra_end]
        entries.append(_entry(fields, raw_name, extra, name))
    if len(entries) != count:
        raise _damaged(name, "entry-count", entries=len(entries), stated=count)
    return entries


def _entry(fields: tuple[int, ...], raw_name: bytes, extra: bytes, name: str) -> DirectoryEntry:
    (
        _, system_version, system, needed, _, flags, method, time, date, crc, packed, size,
        _, _, _, _, _, external, offset,
    ) = fields  # fmt: skip
    extra_issue = None
    if extra or IN_ZIP64_32 in (packed, size, offset):
        parts = parse_extra_field(extra)
        if parts is None:
            raise _damaged(name, "extra-field")
        extra_issue = find_extra_issue(parts, raw_name, flags)
        wide = take_zip64(parts, (size, packed, offset))
        if wide is None:
            raise _zip64_mismatch(name, "entry")
        size, packed, offset = wide
    return DirectoryEntry(
        raw_name, system, system_version, needed, flags, method, time, date, crc, packed, size,
        external, offset, extra_issue, extra,
    )  # fmt: skip
