"""A zip as records that can be changed: ``Archive.parse(data)``, ``archive.to_bytes()``.

Nothing is validated. Offsets, counts and sizes of the directory are worked out again when
bytes are written, unless a mutation has set them.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import dataclass, field, fields
from typing import ClassVar, Self

# As in section 4.3 of PKWARE's APPNOTE.
LOCAL, CENTRAL, DESCRIPTOR, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x07\x08", b"PK\x05\x06"
END_64, LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
MAX_32 = 0xFFFFFFFF

_WIDTHS = {"H": 16, "L": 32, "Q": 64}


def pack(form: struct.Struct, *values: int | bytes) -> bytes:
    """``Struct.pack``, with each number cut to the width of its field."""
    letters = "".join(
        letter * int(count or 1) for count, letter in re.findall(r"(\d*)([HLQ])", form.format)
    )
    signature, *numbers = values
    cut = (
        int(number) & ((1 << _WIDTHS[letter]) - 1)
        for letter, number in zip(letters, numbers, strict=True)
    )
    return form.pack(signature, *cut)


@dataclass
class Local:
    """A local header with what follows it: the data, and the descriptor as bytes."""

    FORMAT: ClassVar = struct.Struct("<4s5H3L2H")

    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name: bytes
    extra: bytes
    data: bytes = b""
    descriptor: bytes = b""
    before: bytes = b""
    """Bytes between the record before and this one."""
    signature: bytes = LOCAL

    def to_bytes(self) -> bytes:
        head = pack(self.FORMAT,
            self.signature, self.version, self.flags, self.method, self.time, self.date, self.crc,
            self.packed, self.size, len(self.name), len(self.extra),
        )  # fmt: skip
        return self.before + head + self.name + self.extra + self.data + self.descriptor


@dataclass
class Central:
    """An entry of the directory."""

    FORMAT: ClassVar = struct.Struct("<4s6H3L5H2L")

    made_by: int
    version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    disk: int
    internal: int
    external: int
    name: bytes
    extra: bytes
    comment: bytes
    local: Local | None = None
    """What it points to; its offset is worked out from it."""
    offset: int = 0
    """Its offset if it points to no local header, and otherwise by how much it misses it."""
    signature: bytes = CENTRAL

    def to_bytes(self, offset: int) -> bytes:
        head = pack(self.FORMAT,
            self.signature, self.made_by, self.version, self.flags, self.method, self.time,
            self.date, self.crc, self.packed, self.size, len(self.name), len(self.extra),
            len(self.comment), self.disk, self.internal, self.external, offset,
        )  # fmt: skip
        return head + self.name + self.extra + self.comment


@dataclass
class End:
    """The end record. ``None`` means the correct value."""

    FORMAT: ClassVar = struct.Struct("<4s4H2LH")

    disk: int = 0
    first_disk: int = 0
    here: int | None = None
    count: int | None = None
    length: int | None = None
    start: int | None = None
    comment: bytes = b""
    comment_length: int | None = None
    signature: bytes = END


@dataclass
class End64:
    """The zip64 end record and its locator. ``None`` means the correct value."""

    FORMAT: ClassVar = struct.Struct("<4sQ2H2L4Q")
    LOCATOR: ClassVar = struct.Struct("<4sLQL")

    record_size: int = 44
    made_by: int = 45
    version: int = 45
    disk: int = 0
    first_disk: int = 0
    here: int | None = None
    count: int | None = None
    length: int | None = None
    start: int | None = None
    between: bytes = b""
    """Bytes between the record and its locator."""
    locator_disk: int = 0
    place: int | None = None
    disks: int = 1
    with_record: bool = True


@dataclass
class Archive:
    """A whole zip."""

    locals: list[Local] = field(default_factory=list)
    entries: list[Central] = field(default_factory=list)
    end: End = field(default_factory=End)
    end_64: End64 | None = None
    before_directory: bytes = b""
    before_end: bytes = b""
    prefix: bytes = b""
    prefix_counts: bool = True
    """Whether offsets are counted from the start of the prefix."""
    trailer: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Parse a zip made by a common tool."""
        end_at = data.rindex(END)
        values = End.FORMAT.unpack_from(data, end_at)
        archive = cls()
        archive.end.comment = data[end_at + End.FORMAT.size :]
        count, start, stop = values[4], values[6], end_at
        if data[end_at - End64.LOCATOR.size :].startswith(LOCATOR_64):
            place = End64.LOCATOR.unpack_from(data, end_at - End64.LOCATOR.size)[2]
            record = End64.FORMAT.unpack_from(data, place)
            archive.end_64 = End64(record[1], record[2], record[3])
            count, start, stop = record[7], record[9], place
            for name, value, most in (("here", values[3], 0xFFFF), ("count", values[4], 0xFFFF), ("length", values[5], MAX_32), ("start", values[6], MAX_32)):  # fmt: skip
                if value == most:
                    setattr(archive.end, name, value)
        archive._parse_entries(data[:stop], start, count)
        archive._parse_locals(data, start)
        return archive

    def _parse_entries(self, data: bytes, place: int, count: int) -> None:
        for _ in range(count):
            values = Central.FORMAT.unpack_from(data, place)
            assert values[0] == CENTRAL
            parts, at = [], place + Central.FORMAT.size
            for length in values[10:13]:
                parts.append(data[at : at + length])
                at += length
            self.entries.append(
                Central(*values[1:10], *values[13:16], *parts, offset=values[16])  # type: ignore[arg-type]
            )
            place = at
        self.before_end = data[place:]

    def _parse_locals(self, data: bytes, directory: int) -> None:
        # The real offset, where it stands in the extra field.
        infos = zipfile.ZipFile(io.BytesIO(data)).infolist()
        by_offset = sorted(
            zip((info.header_offset for info in infos), infos, self.entries, strict=True),
            key=lambda item: item[0],
        )
        stop = 0
        for number, (offset, info, entry) in enumerate(by_offset):
            values = Local.FORMAT.unpack_from(data, offset)
            name_at = offset + Local.FORMAT.size
            extra_at = name_at + values[9]
            data_at = extra_at + values[10]
            next_at = by_offset[number + 1][0] if number + 1 < len(by_offset) else directory
            data_end = data_at + info.compress_size
            after = data[data_end:next_at]
            entry.local = Local(
                *values[1:9],
                data[name_at:extra_at],
                data[extra_at:data_at],
                data[data_at:data_end],
                after if values[2] & 8 else b"",
                data[stop:offset],
            )
            entry.offset = 0
            stop = next_at if values[2] & 8 else data_end
            self.locals.append(entry.local)
        self.before_directory = data[stop:directory]

    def to_bytes(self) -> bytes:
        out = bytearray(self.prefix)
        base = 0 if self.prefix_counts else len(self.prefix)
        offsets: dict[int, int] = {}
        for local in self.locals:
            offsets[id(local)] = len(out) + len(local.before) - base
            out += local.to_bytes()
        out += self.before_directory
        start = len(out) - base
        for entry in self.entries:
            missing = entry.local is None or id(entry.local) not in offsets
            out += entry.to_bytes(entry.offset + (0 if missing else offsets[id(entry.local)]))
        length = len(out) - base - start
        out += self.before_end
        out += self._end_64(len(out) - base, start, length)
        return bytes(out + self._end(start, length) + self.trailer)

    def _end(self, start: int, length: int) -> bytes:
        end, count = self.end, len(self.entries)
        return (
            pack(End.FORMAT,
                end.signature, end.disk, end.first_disk, or_else(end.here, count),
                or_else(end.count, count), or_else(end.length, length),
                or_else(end.start, start), or_else(end.comment_length, len(end.comment)),
            )
            + end.comment
        )  # fmt: skip

    def _end_64(self, place: int, start: int, length: int) -> bytes:
        end, count = self.end_64, len(self.entries)
        if end is None:
            return b""
        record = pack(End64.FORMAT,
            END_64, end.record_size, end.made_by, end.version, end.disk, end.first_disk,
            or_else(end.here, count), or_else(end.count, count), or_else(end.length, length),
            or_else(end.start, start),
        )  # fmt: skip
        locator = pack(
            End64.LOCATOR, LOCATOR_64, end.locator_disk, or_else(end.place, place), end.disks
        )
        return (record if end.with_record else b"") + end.between + locator

    def pairs(self) -> list[tuple[Central, Local]]:
        """Each entry with its local header."""
        return [(entry, entry.local) for entry in self.entries if entry.local is not None]


def or_else(value: int | None, right: int) -> int:
    return right if value is None else value


def number_fields(record: Local | Central | End | End64) -> list[str]:
    """Return the names of the numeric fields."""
    texts = ("name", "extra", "data", "descriptor", "before", "signature", "comment", "local", "between", "with_record")  # fmt: skip
    return [item.name for item in fields(record) if item.name not in texts]
