"""A fast reader of the structure of ordinary zips, as Blender, Python and Extery write them.

Ordinary: only files with plain ASCII names, one after the other in the order of the directory, stored or deflated,
without extra fields, comments, descriptors or zip64 records. Such an archive is the same to every tool, which
is checked in one pass over its directory. `extery.package.opening` reads all others, and finds their problems;
for this subset both return the same members.
"""

from __future__ import annotations

from extery.package.archive import MAX_MEMBERS, Member
from extery.package.collisions import are_harmless
from extery.package.formats import is_polyglot
from extery.package.member_types import NOT_A_FILE, SYSTEMS
from extery.package.streams import DEFLATED, STORED
from extery.package.zip_format import (
    END,
    END_SIGNATURE,
    ENTRY,
    ENTRY_SIGNATURE,
    FLAG_UTF8,
    IN_ZIP64_32,
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    LOCATOR_64,
    LOCATOR_64_SIGNATURE,
)

# The fields from the flags to the length of the extra field are the same in an entry and its local header.
_IN_ENTRY, _IN_ENTRY_END, _IN_LOCAL = 8, 32, 6
_ENTRY_SIZE, _LOCAL_SIZE = ENTRY.size, LOCAL_HEADER.size


def read_plain_members(data: bytes) -> list[Member] | None:
    """Return the members of the zip ``data``, or ``None`` if it is not in the subset."""
    end = len(data) - END.size
    if end < 0 or data.rfind(END_SIGNATURE, end) != end:
        return None
    _, disk, first_disk, here, count, length, start, comment = END.unpack_from(data, end)
    if (
        (disk or first_disk or comment or here != count or start + length != end)
        or not 0 < count <= MAX_MEMBERS
        or data.startswith(LOCATOR_64_SIGNATURE, max(0, end - LOCATOR_64.size))
        or is_polyglot(data)
    ):
        return None
    members = _read_entries(data, start, count)
    return members if members and are_harmless([member.name for member in members]) else None


def _read_entries(data: bytes, start: int, count: int) -> list[Member] | None:
    """Return the members of a directory at ``start``, if every entry is plain and equals its local header."""
    end = len(data) - END.size
    members: list[Member] = []
    # Positions in the directory, and in the data of the members.
    place, offset = start, 0
    for _ in range(count):
        name_at = place + _ENTRY_SIZE
        if name_at > end:
            return None
        (
            signature, _, system, needed, _, flags, method, _, date, crc, packed, size,
            name_length, extra, comment, disk, _, attributes, stated_offset,
        ) = ENTRY.unpack_from(data, place)  # fmt: skip
        next_place = name_at + name_length
        raw_name = data[name_at:next_place]
        data_at = offset + _LOCAL_SIZE + name_length
        fields = data[place + _IN_ENTRY : place + _IN_ENTRY_END]
        if (
            signature != ENTRY_SIGNATURE
            or (extra or comment or disk or flags & ~FLAG_UTF8)
            or (method != DEFLATED and (method != STORED or packed != size))
            or (stated_offset != offset or attributes & NOT_A_FILE or system not in SYSTEMS)
            or (size == IN_ZIP64_32 or raw_name[-1:] == b"/" or not raw_name.isascii())
            or not data.startswith(LOCAL_SIGNATURE, offset)
            or data[offset + _IN_LOCAL : data_at] != fields + raw_name
        ):
            return None
        name, mode = raw_name.decode("ascii"), attributes >> 16
        members.append(Member(name, size, packed, method, flags, crc, mode, needed, date, data_at))
        place, offset = next_place, data_at + packed
    return members if place == end and offset == start else None
