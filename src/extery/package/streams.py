"""The data of members as bounded streams that end exactly where the directory states.

A stream keeps at most one block in memory, whatever its member unpacks to, and never returns more bytes than
stated: the size, the checksum and the end of the packed data are checked when the last byte is read.
"""

from __future__ import annotations

import io
import zlib
from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Protocol

from extery.core.files import format_size
from extery.core.text import os_error_text
from extery.package.checksums import MemberFile
from extery.package.issue import Issue

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from extery.core.errors import Value

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
#: Methods that Blender's Python reads.
METHODS = (STORED, DEFLATED, BZIP2, LZMA)
_BLOCK = 1 << 16
#: Fits into the cache of a processor, so that a block is read, checked and written without the memory.
_STORED_BLOCK = 1 << 18
#: The usual default of packers. The decoder allocates it before it returns the first byte.
MAX_LZMA_DICTIONARY = 16 << 20


class DataError(Exception):
    """Data of a member that cannot be unpacked; ``variant`` and ``values`` are those of the code."""

    code: ClassVar[str] = "package.damaged-member"

    def __init__(self, variant: str, **values: Value) -> None:
        super().__init__(variant, values)
        self.issue = Issue(self.code, variant, values)


class SizeError(DataError):
    """Data that is longer or shorter than its directory states."""

    code = "package.stream-size"


def _unreadable(error: OSError) -> DataError:
    return DataError("unreadable", reason=os_error_text(error))


class _Decompressor(Protocol):
    """The common interface of the standard library's bzip2 and LZMA decompressors."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Inflater:
    """zlib's decompressor with the interface of the others."""

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(-zlib.MAX_WBITS)
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def needs_input(self) -> bool:
        return not self._rest

    @property
    def unused_data(self) -> bytes:
        return self._machine.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        output = self._machine.decompress(self._rest + data, max_length)
        self._rest = self._machine.unconsumed_tail
        return output


class _Window(io.RawIOBase):
    """A part of a seekable file as a seekable stream."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file = file
        self._offset = offset
        self._size = size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._place, self._size)[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._place)]
        if not view:
            return 0
        try:
            self._file.seek(self._offset + self._place)
            count: int = self._file.readinto(view)  # type: ignore[attr-defined]  # of a binary file
        except OSError as error:
            raise _unreadable(error) from error
        self._place += count
        return count

    def take(self, size: int) -> bytes:
        """Read at most ``size`` bytes from the current position."""
        size = min(size, self._size - self._place)
        if size <= 0:
            return b""
        # Seek each time: other members may be read from the same file meanwhile.
        try:
            self._file.seek(self._offset + self._place)
            data = self._file.read(size)
        except OSError as error:
            raise _unreadable(error) from error
        self._place += len(data)
        return data


def open_window(file: BinaryIO, offset: int, size: int) -> MemberFile:
    """Return ``size`` bytes of a seekable ``file`` from ``offset`` on, as a buffered seekable file."""
    return MemberFile(_Window(file, offset, size))


class _MemberStream(io.RawIOBase):
    """Count and check the bytes that `_produce` returns."""

    def __init__(self, packed: _Window, size: int, crc: int) -> None:
        self._packed = packed
        self._left = size
        self._crc = crc
        self._actual_crc = 0
        self._is_checked = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._is_checked or not len(view):
            return 0
        data = self._produce(min(len(view), self._left)) if self._left else b""
        self._left -= len(data)
        self._actual_crc = zlib.crc32(data, self._actual_crc)
        if self._left and not data:
            raise SizeError("too-short", missing=format_size(self._left))
        if not self._left:
            self._check_end()
            if self._actual_crc != self._crc:
                raise DataError("checksum")
            self._is_checked = True
        view[: len(data)] = data
        return len(data)

    @abstractmethod
    def _produce(self, size: int) -> bytes:
        """Return at most ``size`` bytes, and ``b""`` at the end of the packed data."""

    @abstractmethod
    def _check_end(self) -> None:
        """Raise `SizeError` unless the packed data ends here."""


class _Stored(_MemberStream):
    def _produce(self, size: int) -> bytes:
        return self._packed.take(size)

    def _check_end(self) -> None:
        if self._packed.take(1):
            raise SizeError("too-long")


class _Packed(_MemberStream):
    def __init__(
        self, packed: _Window, size: int, crc: int, machine: _Decompressor, *, has_end: bool
    ) -> None:
        super().__init__(packed, size, crc)
        self._machine = machine
        self._has_end = has_end

    def _produce(self, size: int) -> bytes:
        while not self._machine.eof:
            more = self._packed.take(_BLOCK) if self._machine.needs_input else b""
            data = self._decompress(more, size)
            if data:
                return data
            if not more and self._machine.needs_input:
                break
        return b""

    def _decompress(self, data: bytes, size: int) -> bytes:
        from lzma import LZMAError

        try:
            return self._machine.decompress(data, size)
        except (zlib.error, LZMAError, OSError, ValueError, EOFError) as error:
            raise DataError("corrupt", reason=str(error)) from error

    def _check_end(self) -> None:
        if self._produce(1):
            raise SizeError("unpacks-to-more")
        if self._has_end and not self._machine.eof:
            raise SizeError("packed-cut-off")
        if (self._machine.eof and self._machine.unused_data) or self._packed.take(1):
            raise SizeError("packed-too-long")


def open_data(
    file: BinaryIO, offset: int, *, packed_size: int, size: int, crc: int, method: int, flags: int
) -> BinaryIO:
    """Return a buffered stream of the ``size`` bytes that ``packed_size`` bytes at ``offset`` unpack to.

    Reading raises `DataError`, at the latest with the last byte. ``method`` is one of `METHODS`.
    """
    packed = _Window(file, offset, packed_size)
    stream: _MemberStream
    if method == STORED:
        stream = _Stored(packed, size, crc)
    elif method == DEFLATED:
        stream = _Packed(packed, size, crc, _Inflater(), has_end=True)
    elif method == BZIP2:
        from bz2 import BZ2Decompressor

        stream = _Packed(packed, size, crc, BZ2Decompressor(), has_end=True)
    else:
        # Flag bit 1: an end marker follows. Without it only the size marks the end.
        machine = _lzma_decompressor(packed)
        stream = _Packed(packed, size, crc, machine, has_end=bool(flags & 2))
    return io.BufferedReader(stream, _BLOCK)


#: Members whose packed and unpacked data is at most this large are unpacked in one step.
_AT_ONCE = 1 << 20


def unpack_small(
    file: BinaryIO, offset: int, *, packed_size: int, size: int, crc: int, method: int
) -> bytes | None:
    """Return the bytes of an ordinary small member in one step, which is faster than a stream.

    Raises `DataError` as `open_data` does. Returns ``None`` for members that need a stream.
    """
    if method not in (STORED, DEFLATED) or packed_size > _AT_ONCE or size > _AT_ONCE:
        return None
    try:
        file.seek(offset)
        data = file.read(packed_size)
    except OSError as error:
        raise _unreadable(error) from error
    if len(data) != packed_size:
        raise SizeError("packed-cut-off")
    if method == DEFLATED:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = machine.decompress(data, size + 1)
        except zlib.error as error:
            raise DataError("corrupt", reason=str(error)) from error
        if not machine.eof or machine.unused_data:
            return None  # the stream finds the reason
    if len(data) != size:
        raise SizeError("unpacks-to", actual=len(data), stated=size)
    if zlib.crc32(data) != crc:
        raise DataError("checksum")
    return data


def stored_blocks(file: BinaryIO, offset: int, *, size: int, crc: int) -> Iterator[memoryview]:
    """Yield ``size`` stored bytes at ``offset`` in blocks, each valid until the next one.

    Raises `DataError` after the last one if their checksum is not ``crc``, and if the file ends before.
    """
    buffer = memoryview(bytearray(min(size, _STORED_BLOCK)))
    actual = 0
    try:
        while size:
            # Seek each time: other members may be read from the same file meanwhile.
            file.seek(offset)
            count: int = file.readinto(buffer[: min(size, len(buffer))])  # type: ignore[attr-defined]  # of a binary file
            if not count:
                raise SizeError("too-short", missing=format_size(size))
            block = buffer[:count]
            actual = zlib.crc32(block, actual)
            offset += count
            size -= count
            yield block
    except OSError as error:
        raise _unreadable(error) from error
    if actual != crc:
        raise DataError("checksum")


def _lzma_decompressor(packed: _Window) -> _Decompressor:
    """Return a decompressor for the properties at the start of an LZMA member (APPNOTE 5.8)."""
    import lzma

    head = packed.take(9)
    if len(head) < 9 or head[2:4] != b"\x05\x00" or head[4] >= 9 * 5 * 5:
        raise DataError("lzma-properties")
    dictionary = int.from_bytes(head[5:9], "little")
    if dictionary > MAX_LZMA_DICTIONARY:
        raise DataError("lzma-dictionary", mebibytes=dictionary >> 20)
    rest, lc = divmod(head[4], 9)
    pb, lp = divmod(rest, 5)
    chain = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(dictionary, 4096),
        "lc": lc,
        "lp": lp,
        "pb": pb,
    }
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chain])
    except lzma.LZMAError as error:
        raise DataError("lzma-filter", reason=str(error)) from error
