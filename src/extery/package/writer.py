"""Write a reproducible zip: its bytes depend only on the order, names and contents of its files, and on the codec.

`extery.package.packing` packs the members in several threads; they are written in order.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from extery.core.errors import InvalidInput
from extery.package.source_files import SourceFile

if TYPE_CHECKING:
    from extery.package.codecs import Codec
    from extery.package.packed_files import PackedFiles, PackedRecord
    from extery.package.packing import Block

__all__ = [
    "FIRST_TIME",
    "SourceFile",
    "WrittenMember",
    "WrittenZip",
    "source_date",
    "write_zip",
    "zip_time",
]

#: The first time that a zip can store; the resolution is two seconds.
FIRST_TIME = (1980, 1, 1, 0, 0, 0)

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_MADE_ON_UNIX = 3 << 8 | _VERSION
_UTF_8 = 1 << 11
_FILE_MODE = 0o100644 << 16


class WrittenMember(NamedTuple):
    """A member as written: ``packed`` is its size in the archive, without its header.

    ``saved`` is the number of bytes that its transform has saved. ``is_reused`` tells whether its packed bytes are those of an earlier
    archive.
    """

    name: str
    size: int
    packed: int
    saved: int = 0
    is_reused: bool = False


class WrittenZip(NamedTuple):
    """What was written, and where: the records let the next archive take the packed bytes of unchanged files.

    ``sha256`` is that of the archive, empty if a part of it was written again.
    """

    members: list[WrittenMember]
    records: list[PackedRecord]
    sha256: str = ""


def write_zip(
    file: BinaryIO,
    members: Sequence[SourceFile],
    *,
    time: tuple[int, int, int, int, int, int] = FIRST_TIME,
    threads: int = 0,
    codec: Codec | None = None,
    packed: PackedFiles | None = None,
    on_member: Callable[[WrittenMember], None] | None = None,
) -> WrittenZip:
    """Write a zip of ``members`` in their order; ``threads`` 0 starts one for each processor.

    ``file`` must be at its start and seekable. ``packed`` are files that the same ``codec`` has packed. Raises
    `InvalidInput` for a file that cannot be read.
    """
    # Imported here: it takes longer than checking a folder, which needs only `SourceFile`.
    from extery.package.codecs import find_codec
    from extery.package.packed_files import PackedFiles
    from extery.package.packing import pack

    writer = _Writer(file, time, on_member)
    blocks = pack(members, codec or find_codec(), threads=threads, packed=packed or PackedFiles())
    with closing(blocks):  # ends its threads also if a block cannot be written
        for block in blocks:
            writer.write(block)
    writer.finish()
    return WrittenZip(writer.members, writer.records, writer.sha256)


class _Writer:
    """Write blocks in order, and the directory at the end."""

    def __init__(
        self,
        file: BinaryIO,
        time: tuple[int, int, int, int, int, int],
        on_member: Callable[[WrittenMember], None] | None,
    ) -> None:
        year, month, day, hour, minute, second = time
        self.date = (year - 1980) << 9 | month << 5 | day
        self.time = hour << 11 | minute << 5 | second // 2
        self.file = file
        self.on_member = on_member
        self.at = 0
        self.members: list[WrittenMember] = []
        self.records: list[PackedRecord] = []
        self.directory: list[bytes] = []
        self.header_at = self.packed_size = 0
        self.digest = hashlib.sha256()  # of a member in several parts
        self.archive = hashlib.sha256()
        self.is_rewritten = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the archive; empty if it has to be read for that."""
        return "" if self.is_rewritten else self.archive.hexdigest()

    def write(self, block: Block) -> None:
        is_whole = block.is_first and block.is_last
        if block.is_first:
            self.header_at, self.packed_size = self.at, 0
            self.digest = hashlib.sha256()
        self.packed_size += len(block.data)
        if block.is_first:
            # Final for a member of one part; otherwise written again at its end.
            self._put(self._header(block))
        self._put(block.data)
        if not is_whole and not block.is_reused:
            self.digest.update(block.data)
        if block.is_last:
            self._close_member(block)

    def _put(self, data: bytes | bytearray) -> None:
        self.file.write(data)
        self.archive.update(data)
        self.at += len(data)

    def _fields(self, block: Block) -> tuple[int, ...]:
        """Return the common fields of header and directory, and the length of the name."""
        name = block.member.name
        flags = 0 if name.isascii() else _UTF_8
        sizes = (block.crc, self.packed_size, block.size)
        return (_VERSION, flags, block.method, self.time, self.date, *sizes, len(name.encode()))

    def _header(self, block: Block) -> bytes:
        return _LOCAL.pack(b"PK\x03\x04", *self._fields(block), 0) + block.member.name.encode()

    def _close_member(self, block: Block) -> None:
        if not block.is_first:
            self.is_rewritten = True
            self.file.seek(self.header_at)
            self.file.write(self._header(block))
            self.file.seek(self.at)
        rest = (0, 0, 0, 0, _FILE_MODE, self.header_at)
        fields = (_MADE_ON_UNIX, *self._fields(block), *rest)
        name = block.member.name
        self.directory.append(_CENTRAL.pack(b"PK\x01\x02", *fields) + name.encode())
        if block.key:
            self._record(block)
        self.members.append(
            WrittenMember(name, block.size, self.packed_size, block.saved, block.is_reused)
        )
        if self.on_member:
            self.on_member(self.members[-1])

    def _record(self, block: Block) -> None:
        from extery.package.packed_files import PackedRecord

        self.records.append(
            PackedRecord(
                *(block.key, block.size, block.crc, block.method),
                *(self.at - self.packed_size, self.packed_size),
                block.sha256 or self.digest.digest(),
                block.saved,
            )
        )

    def finish(self) -> None:
        start, number = self.at, len(self.directory)
        for item in self.directory:
            self._put(item)
        size = self.at - start
        self._put(_END.pack(b"PK\x05\x06", 0, 0, number, number, size, start, 0))


def zip_time(seconds: int) -> tuple[int, int, int, int, int, int]:
    """Return a Unix time as UTC, clamped to the range that a zip can store."""
    from datetime import UTC, datetime

    first = datetime(*FIRST_TIME, tzinfo=UTC)
    last = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
    try:
        time = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        time = last if seconds > 0 else first
    time = min(max(time, first), last)
    return (time.year, time.month, time.day, time.hour, time.minute, time.second)


def source_date(text: str | None) -> tuple[int, int, int, int, int, int]:
    """Return the time for all members from ``SOURCE_DATE_EPOCH``, `FIRST_TIME` if it is unset."""
    if not text:
        return FIRST_TIME
    if not text.isascii() or not text.isdigit():
        raise InvalidInput.of("build.source-date", value=text)
    return zip_time(int(text))
