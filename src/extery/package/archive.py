"""An open zip archive and its members: list, read and verify them.

`extery.package.opening` opens and checks archives. `zipfile` is never used, because its results for
unusual archives change between releases of Python.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, Where
from extery.core.files import format_size
from extery.package.checksums import NO_CHECKSUMS, Checksums, Region, fast_crc32
from extery.package.issue import Issue
from extery.package.names import quote_name
from extery.package.streams import (
    METHODS,
    STORED,
    DataError,
    open_data,
    open_window,
    stored_blocks,
    unpack_small,
)
from extery.package.zip_format import (
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_MASKED_HEADERS,
    FLAG_PATCH,
    FLAG_STRONG_ENCRYPTION,
)

#: No extension has nearly as many files, and each takes memory before it can be checked.
MAX_MEMBERS = 20_000
# Python refuses newer formats than 6.3, that of LZMA.
MAX_VERSION = 63
_UNREADABLE_FLAGS = FLAG_PATCH | FLAG_STRONG_ENCRYPTION | FLAG_MASKED_HEADERS
_COPY_BLOCK = 1 << 20
_RECORD_MARK = re.compile(rb"PK(?:\x03\x04|\x07\x08|\x01\x02)")


class Member(NamedTuple):
    """A file or folder of an archive. ``name`` is relative to it; that of a folder ends with ``/``.

    ``packed_size`` and ``size`` are bytes, ``mode`` the Unix mode or 0.
    """

    name: str
    size: int
    packed_size: int
    method: int
    flags: int
    crc: int
    mode: int
    version_needed: int
    dos_date: int
    data_offset: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def modified(self) -> tuple[int, int, int]:
        """Year, month and day of the last change, as stored in the archive."""
        return (self.dos_date >> 9) + 1980, (self.dos_date >> 5) & 15, self.dos_date & 31

    @property
    def is_stored(self) -> bool:
        """Whether its packed data is the file itself."""
        return self.method == STORED and self.size == self.packed_size

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & FLAG_ENCRYPTED)


class Archive:
    """An open archive; `open_archive` returns one."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        members: list[Member],
        *,
        size: int,
        checksums: Checksums = NO_CHECKSUMS,
    ) -> None:
        self.file = file
        self.name = name
        self.members = members
        #: The archive's size in bytes.
        self.size = size
        #: The members by name; of two with the same name the last one, as in `zipfile`.
        self.by_name = {member.name: member for member in members}
        #: Checksums of stored members that have been computed already.
        self.checksums = checksums
        #: Members that `read` has unpacked without an error, by name.
        self._verified: dict[str, Member] = {}
        #: The bytes of the archive if ``file`` is in memory; a copy only if it was written to.
        self.data = file.getvalue() if isinstance(file, io.BytesIO) else None
        self._view = None if self.data is None else memoryview(self.data)

    @property
    def unpacked_size(self) -> int:
        """The sum of the stated sizes of all members, in bytes."""
        return sum([member.size for member in self.members])

    def stored_regions(self) -> dict[Region, Member]:
        """Return the stored members by the region of their data."""
        return {
            Region(member.data_offset, member.size): member
            for member in self.members
            if member.is_stored and member.data_offset >= 0
        }

    def where(self, name: str) -> Where:
        """Return the place of a member, for problems."""
        return Where(self.name, (name,)) if name else Where(self.name)

    @contextmanager
    def open(self, member: Member) -> Iterator[BinaryIO]:
        """Open a stream of the bytes of one member.

        Raises `InvalidPackage`, at the latest when the last byte is read, if the member is encrypted, damaged,
        longer or shorter than stated, or packed in a way that Blender cannot read.
        """
        self._check_readable(member)
        with self._convert_errors(member):
            yield open_data(
                self.file,
                member.data_offset,
                packed_size=member.packed_size,
                size=member.size,
                crc=member.crc,
                method=member.method,
                flags=member.flags,
            )

    @contextmanager
    def _convert_errors(self, member: Member) -> Iterator[None]:
        """Raise `InvalidPackage` in place of a `DataError`."""
        try:
            yield
        except DataError as error:
            raise self._invalid(member, error.issue) from error

    def _invalid(self, member: Member, issue: Issue) -> InvalidPackage:
        where = self.where(member.name)
        return InvalidPackage(issue.to_problem(where=where, member=quote_name(member.name)))

    def _check_readable(self, member: Member) -> None:
        """Raise `InvalidPackage` for a member whose data cannot be read."""
        if (
            member.method in METHODS
            and not member.flags & (_UNREADABLE_FLAGS | FLAG_ENCRYPTED)
            and member.version_needed <= MAX_VERSION
            and member.data_offset >= 0
        ):
            return
        is_newer = member.version_needed > MAX_VERSION or member.flags & _UNREADABLE_FLAGS
        if member.is_encrypted:
            issue = Issue("package.encrypted")
        elif member.method not in METHODS:
            issue = Issue("package.unsupported-compression", values={"method": member.method})
        elif is_newer:
            issue = Issue("package.unsupported-compression", "version")
        elif member.data_offset < 0:
            issue = Issue("package.damaged-member", "no-header")
        else:
            return
        raise self._invalid(member, issue)

    def read(self, member: Member, *, limit: int) -> bytes:
        """Return all bytes of one member.

        Raises `InvalidPackage` as `open` does, and for more than ``limit`` bytes.
        """
        if member.size > limit:
            values = {"limit": format_size(limit)}
            raise self._invalid(member, Issue("package.too-large", "member", values))
        self._check_readable(member)
        data = self._unpack_small(member)
        if data is None:
            with self.open(member) as stream:
                data = stream.read()
        else:
            self._verified[member.name] = member
        return data

    def stored_start(self, member: Member, size: int) -> bytes:
        """Return the first bytes of a stored member of an archive in memory, not verified; nothing of others."""
        if self.data is None or not member.is_stored or member.data_offset < 0:
            return b""
        return self.data[member.data_offset : member.data_offset + min(size, member.size)]

    def first_stored_byte(self, member: Member) -> bytes | None:
        """Return the first byte of a stored member, not verified, or nothing of an empty one; ``None`` of any other member."""
        at = member.data_offset
        if member.method != STORED or member.size != member.packed_size or at < 0:
            return None
        if self.data is not None:
            return self.data[at : at + 1]
        if not member.size:
            return b""
        try:
            self.file.seek(at)
            return self.file.read(1)
        except OSError:
            return None

    def blocks(self, member: Member) -> Iterator[bytes | memoryview]:
        """Yield all bytes of one member in blocks, each valid until the next one.

        This is faster than `open` and raises the same errors, the last of them after the last block.
        """
        self._check_readable(member)
        if member.is_stored:
            offset, size = member.data_offset, member.size
            if self.data is not None and offset + size <= len(self.data):
                view = memoryview(self.data)[offset : offset + size]
                if zlib.crc32(view) != member.crc:
                    raise self._invalid(member, DataError("checksum").issue)
                yield view
                return
            try:
                yield from stored_blocks(self.file, offset, size=size, crc=member.crc)
            except DataError as error:
                raise self._invalid(member, error.issue) from error
            return
        data = self._unpack_small(member)
        if data is not None:
            yield data
            return
        with self.open(member) as stream:
            while block := stream.read(_COPY_BLOCK):
                yield block

    def verify_all(self, *, checkpoint: Callable[[], None] = lambda: None) -> None:
        """Verify every member; ``checkpoint`` is that of `verify`."""
        for member in self.members:
            self.verify(member, checkpoint=checkpoint)

    def verify(self, member: Member, *, checkpoint: Callable[[], None] = lambda: None) -> None:
        """Read a member to its end; raises the errors of `open`.

        Members that have been read, or whose checksum is known, are not read again. ``checkpoint`` is called first, and for
        each megabyte of a large member; it may raise to stop.
        """
        checkpoint()
        if self._verified.get(member.name) is member:
            return
        self._check_readable(member)
        if not member.packed_size and member.is_folder:
            return
        crc = None
        if member.method == STORED:
            if member.flags & FLAG_DESCRIPTOR:
                self._check_end_mark(member)
            if member.size == member.packed_size:
                crc = self._known_crc(member)
        if crc is None:
            if self._unpack_small(member) is None:
                self._verify_large(member, checkpoint)
        elif crc != member.crc:
            raise self._invalid(member, DataError("checksum").issue)

    def _known_crc(self, member: Member) -> int | None:
        """Return the CRC-32 of a stored member if no further reading is needed."""
        offset, size = member.data_offset, member.size
        if self._view is None:
            return self.checksums.get(offset, size)
        data = self._view[offset : offset + size]
        return fast_crc32()(data, 0) if len(data) == size else None

    def _check_end_mark(self, member: Member) -> None:
        """Raise `InvalidPackage` if stored data with a descriptor contains a record of a zip.

        Tools that read from the start would take it for the end of the member: they search for the data
        descriptor or the next header.
        """
        with self.open(member) as stream:
            tail = b""
            while block := stream.read(_COPY_BLOCK):
                if _RECORD_MARK.search(tail + block):
                    raise self._invalid(member, Issue("package.header-mismatch", "records-in-data"))
                tail = block[-3:]

    def _verify_large(self, member: Member, checkpoint: Callable[[], None]) -> None:
        if member.is_stored:
            for _ in self.blocks(member):
                checkpoint()
            return
        with self.open(member) as stream:
            while stream.read(_COPY_BLOCK):
                checkpoint()

    def _unpack_small(self, member: Member) -> bytes | None:
        try:
            return unpack_small(
                self.file,
                member.data_offset,
                packed_size=member.packed_size,
                size=member.size,
                crc=member.crc,
                method=member.method,
            )
        except DataError as error:
            raise self._invalid(member, error.issue) from error

    @contextmanager
    def open_seekable(self, member: Member) -> Iterator[BinaryIO]:
        """Open a member as a seekable file: a window of the archive if it is stored, else a temporary copy."""
        self._check_readable(member)
        if member.is_stored:
            yield self._open_stored(member)
            return
        from tempfile import SpooledTemporaryFile

        with SpooledTemporaryFile(max_size=_COPY_BLOCK) as copy:
            with self.open(member) as stream:
                while block := stream.read(_COPY_BLOCK):
                    copy.write(block)
            copy.seek(0)
            yield copy  # type: ignore[misc]  # it has all methods of a file

    def _open_stored(self, member: Member) -> BinaryIO:
        end = member.data_offset + member.size
        if self.data is not None and end <= len(self.data):
            return io.BytesIO(self.data[member.data_offset : end])
        window = open_window(self.file, member.data_offset, member.size)
        window.checksums = self.checksums.within(member.data_offset)
        return window
