"""Write a reproducible zip: its bytes depend only on the order, names and contents of its files.

Members are compressed in blocks by several threads (zlib releases the interpreter lock) and
written in order. Blocks have a fixed size, so the result does not depend on the number of threads, and only a
few blocks are in memory whatever the size of a file.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from extery.core.errors import InvalidInput, Where

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

#: Suffixes of files that are compressed already and therefore stored.
STORED_SUFFIXES = frozenset(
    {".whl", ".zip", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".rar"}
    | {".tgz", ".tbz2", ".txz", ".tzst"}
)
#: The first time that a zip can store; the resolution is two seconds.
FIRST_TIME = (1980, 1, 1, 0, 0, 0)

_STORED, _DEFLATED = 0, 8
_LEVEL = 9
_BLOCK = 1 << 20
# The window of deflate: the end of the previous block is the dictionary of the next one.
_WINDOW = 1 << 15
# Limits for blocks that wait to be written: in number for small files, in bytes for large ones.
_MAX_WAITING = 256
_MAX_WAITING_BYTES = 8 * _BLOCK

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION = 20
_MADE_ON_UNIX = 3 << 8 | _VERSION
_UTF_8 = 1 << 11
_FILE_MODE = 0o100644 << 16


class SourceFile(NamedTuple):
    """A file to write into a package: its name there, its size in bytes, and its data or its path on disk."""

    name: str
    size: int
    source: Path | bytes


class WrittenMember(NamedTuple):
    """A member as written: ``packed`` is its size in the archive, without its header."""

    name: str
    size: int
    packed: int


class _Block(NamedTuple):
    member: SourceFile
    is_first: bool
    is_last: bool
    crc: int  # of the member up to here
    size: int  # of this block
    data: Future[bytes] | bytes


def write_zip(
    file: BinaryIO,
    members: Sequence[SourceFile],
    *,
    time: tuple[int, int, int, int, int, int] = FIRST_TIME,
    threads: int = 0,
    on_member: Callable[[WrittenMember], None] | None = None,
) -> list[WrittenMember]:
    """Write a zip of ``members`` in their order; ``threads`` 0 starts one for each processor.

    ``file`` must be at its start and seekable. Raises `InvalidInput` for a file that cannot be
    read.
    """
    writer = _Writer(file, time, on_member)
    waiting: deque[_Block] = deque()
    weight = 0
    # Imported here: it takes longer than checking a folder, which needs only `SourceFile`.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads or _processors()) as pool:
        try:
            for block in _blocks(members, pool):
                waiting.append(block)
                weight += block.size
                while len(waiting) > _MAX_WAITING or weight > _MAX_WAITING_BYTES:
                    weight -= waiting[0].size
                    writer.write(waiting.popleft())
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        for block in waiting:
            writer.write(block)
    writer.finish()
    return writer.packed


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _method(member: SourceFile) -> int:
    suffix = os.path.splitext(member.name)[1].lower()  # noqa: PTH122 (a name, not a path)
    return _STORED if suffix in STORED_SUFFIXES or not member.size else _DEFLATED


def _blocks(members: Sequence[SourceFile], pool: ThreadPoolExecutor) -> Iterator[_Block]:
    """Read the members, submit their blocks for compression and yield them. Each file is read once."""
    for member in members:
        is_stored = _method(member) == _STORED
        window, crc, is_first = b"", 0, True
        with _open_source(member) as file:
            block = file.read(_BLOCK)
            while block or is_first:
                following = file.read(_BLOCK) if len(block) == _BLOCK else b""
                crc = zlib.crc32(block, crc)
                data = block if is_stored else pool.submit(_deflate, block, window, not following)
                yield _Block(member, is_first, not following, crc, len(block), data)
                window, block, is_first = block[-_WINDOW:], following, False


@contextmanager
def _open_source(member: SourceFile) -> Iterator[BinaryIO]:
    if isinstance(member.source, bytes):
        yield BytesIO(member.source)
        return
    try:
        with member.source.open("rb") as file:
            yield file
    except OSError as error:
        raise InvalidInput.of(
            "build.unreadable",
            where=Where(member.name),
            path=member.name,
            reason=error.strerror or str(error),
        ) from error


def _deflate(data: bytes, window: bytes, is_last: bool) -> bytes:
    """Return one block of a deflate stream; unless it is the last, the next one can follow directly."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=window)
    packed = packer.compress(data)
    return packed + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)


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
        self.packed: list[WrittenMember] = []
        self.directory: list[bytes] = []
        self.header_at = self.size = self.packed_size = 0

    def write(self, block: _Block) -> None:
        data = block.data if isinstance(block.data, bytes) else block.data.result()
        if block.is_first:
            self.header_at, self.size, self.packed_size = self.at, 0, 0
        self.size += block.size
        self.packed_size += len(data)
        if block.is_first:
            # Final for a member of one block; otherwise written again at its end.
            self._put(self._header(block))
        self._put(data)
        if block.is_last:
            self._close_member(block)

    def _put(self, data: bytes) -> None:
        self.file.write(data)
        self.at += len(data)

    def _fields(self, block: _Block) -> tuple[int, ...]:
        """Return the common fields of header and directory, and the length of the name."""
        name = block.member.name
        method = _method(block.member)
        flags = 0 if name.isascii() else _UTF_8
        sizes = (block.crc, self.packed_size, self.size)
        return (_VERSION, flags, method, self.time, self.date, *sizes, len(name.encode()))

    def _header(self, block: _Block) -> bytes:
        return _LOCAL.pack(b"PK\x03\x04", *self._fields(block), 0) + block.member.name.encode()

    def _close_member(self, block: _Block) -> None:
        if not block.is_first:
            self.file.seek(self.header_at)
            self.file.write(self._header(block))
            self.file.seek(self.at)
        rest = (0, 0, 0, 0, _FILE_MODE, self.header_at)
        fields = (_MADE_ON_UNIX, *self._fields(block), *rest)
        name = block.member.name
        self.directory.append(_CENTRAL.pack(b"PK\x01\x02", *fields) + name.encode())
        self.packed.append(WrittenMember(name, self.size, self.packed_size))
        if self.on_member:
            self.on_member(self.packed[-1])

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
