"""Members of a zip as streams that never hold more than a little, whatever they unpack to.

`zipfile` unpacks deflated members bit by bit, but of bzip2 and LZMA everything that the bytes it
has read will give: some forty bytes of bzip2 give 45 MB, and two kilobytes fill any memory.
"""

from __future__ import annotations

import copy
import io
import zipfile
import zlib
from abc import abstractmethod
from bz2 import BZ2Decompressor
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# So much of LZMA gives 30 MB at most.
_SIP = 4096


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """A stream of one member; raises what `zipfile.ZipFile.open` and its streams raise."""
    if info.compress_type == zipfile.ZIP_BZIP2:
        return io.BufferedReader(_Bzip2(archive.open(_as_stored(info)), info))
    member = archive.open(info)
    if info.compress_type == zipfile.ZIP_LZMA:
        return io.BufferedReader(_InSips(cast("zipfile.ZipExtFile", member)), _SIP)
    return member


def _as_stored(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same member, to be read as it is packed."""
    stored = copy.copy(info)
    stored.compress_type = zipfile.ZIP_STORED
    stored.file_size = info.compress_size
    del stored.CRC  # that of the unpacked bytes; without one zipfile compares none
    return stored


class _Stream(io.RawIOBase):
    @abstractmethod
    def _some(self, size: int) -> bytes:
        """At most so many bytes, and none at the end."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self._some(len(view))
        view[: len(data)] = data
        return len(data)


class _InSips(_Stream):
    def __init__(self, member: zipfile.ZipExtFile) -> None:
        self._member = member

    def _some(self, size: int) -> bytes:
        return self._member.read1(min(size, _SIP))


class _Bzip2(_Stream):
    def __init__(self, packed: IO[bytes], info: zipfile.ZipInfo) -> None:
        self._packed = packed
        self._info = info
        self._unpacker = BZ2Decompressor()
        self._left = info.file_size
        self._crc = 0

    def _some(self, size: int) -> bytes:
        data = b""
        while self._left and not data and not self._unpacker.eof:
            more = self._packed.read(_SIP) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not more:
                break
            data = self._unpacker.decompress(more, min(size, self._left))
        self._left -= len(data)
        self._crc = zlib.crc32(data, self._crc)
        if (not data or not self._left) and self._crc != self._info.CRC:
            raise zipfile.BadZipFile(f"Bad CRC-32 for file {self._info.filename!r}")
        return data
