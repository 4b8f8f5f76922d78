"""A zip archive of which every tool unpacks the same files: opening it, and reading its members.

Reads with its own parser and never with `zipfile`, whose answers about odd archives change between
releases of Python. See `extery.package.directory`, `layout`, `names` and `streams` for the rules.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage, Where
from extery.package.checksums import NO_CHECKSUMS, Checksums, Region, fast_crc32
from extery.package.layout import FLAG_DESCRIPTOR, FLAG_ENCRYPTED
from extery.package.names import shown
from extery.package.streams import (
    METHODS,
    STORED,
    DataError,
    SizeError,
    open_data,
    open_window,
    unpack_small,
    verify_stored,
)

# Newer formats than this, LZMA's, are refused by Python; 0x20: patches, 0x40: strong encryption.
_MAX_VERSION = 63
_UNREADABLE_FLAGS = 0x20 | 0x40 | 0x2000
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
        """Year, month and day of its last change, as its tool wrote them."""
        return (self.dos_date >> 9) + 1980, (self.dos_date >> 5) & 15, self.dos_date & 31

    @property
    def has_descriptor(self) -> bool:
        """Whether its size is stated behind its data, and not before it."""
        return bool(self.flags & FLAG_DESCRIPTOR)

    @property
    def is_stored(self) -> bool:
        """Whether its data are the bytes of the file themselves."""
        return self.method == STORED and self.size == self.packed_size

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & FLAG_ENCRYPTED)


class Archive:
    """An open archive; `open_archive` makes one."""

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        members: list[Member],
        checksums: Checksums = NO_CHECKSUMS,
    ) -> None:
        self.file = file
        self.name = name
        self.members = members
        #: Of stored members, as far as they have been computed already.
        self.checksums = checksums
        #: All bytes, if they are in memory. No copy, unless ``file`` has been written to.
        self.data = file.getvalue() if isinstance(file, io.BytesIO) else None

    @cached_property
    def by_name(self) -> dict[str, Member]:
        """The members by name; of two with one name the last, as `zipfile` has it."""
        return {member.name: member for member in self.members}

    @cached_property
    def unpacked_size(self) -> int:
        """The sum of the sizes that the directory states, in bytes."""
        return sum(member.size for member in self.members)

    @cached_property
    def size(self) -> int:
        """The archive's size in bytes."""
        return self.file.seek(0, io.SEEK_END)

    def stored_regions(self) -> dict[Region, Member]:
        """Return the members that are stored, by the part of the file that is their data."""
        return {
            Region(member.data_offset, member.size): member
            for member in self.members
            if member.is_stored and member.data_offset >= 0
        }

    def where(self, name: str) -> Where:
        """The place of a member, for problems."""
        return Where(self.name, (name,)) if name else Where(self.name)

    @contextmanager
    def open(self, member: Member) -> Iterator[BinaryIO]:
        """A stream of the bytes of one member.

        Raises `InvalidPackage`, at the latest when its last byte is read, if they are not what the
        directory promises: encrypted, packed in another way, damaged, longer or shorter.
        """
        self._check_readable(member)
        with self._naming(member):
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
    def _naming(self, member: Member) -> Iterator[None]:
        """Turn faults of the data into problems of the member."""
        try:
            yield
        except DataError as error:
            raise self._fault(member, error) from error

    def _fault(self, member: Member, error: DataError) -> InvalidPackage:
        is_size = isinstance(error, SizeError)
        return InvalidPackage.of(
            "package.stream-size" if is_size else "package.damaged-member",
            f"{shown(member.name)} is damaged: {error}",
            hint="pack or download the archive again",
            where=self.where(member.name),
        )

    def _check_readable(self, member: Member) -> None:
        """Raise `InvalidPackage` for a member of which no data can be read."""
        is_newer = member.version_needed > _MAX_VERSION or member.flags & _UNREADABLE_FLAGS
        if (
            member.method in METHODS
            and not is_newer
            and not member.is_encrypted
            and member.data_offset >= 0
        ):
            return
        if member.is_encrypted:
            code, reason = "package.encrypted", "is encrypted"
            hint = "pack it again without a password"
        elif member.method not in METHODS or is_newer:
            code = "package.unsupported-compression"
            what = f"method {member.method}" if member.method not in METHODS else "a newer format"
            reason = f"is packed with {what}, which Blender cannot read"
            hint = "pack it again as an ordinary zip"
        elif member.data_offset < 0:
            code, reason = "package.damaged-member", "is damaged: it has no header before its data"
            hint = "pack or download the archive again"
        else:
            return
        raise InvalidPackage.of(
            code, f"{shown(member.name)} {reason}", hint=hint, where=self.where(member.name)
        )

    def read(self, member: Member, *, limit: int) -> bytes:
        """All bytes of one member.

        Raises `InvalidPackage` as `open` does, and for more than ``limit`` bytes.
        """
        if member.size > limit:
            raise InvalidPackage.of(
                "package.too-large",
                f"{shown(member.name)} is larger than {limit:,} bytes",
                hint="a file of this kind is much smaller",
                where=self.where(member.name),
            )
        self._check_readable(member)
        data = self._unpack_small(member)
        if data is None:
            with self.open(member) as stream:
                data = stream.read()
        return data

    def verify_all(self, *, checkpoint: Callable[[], None] = lambda: None) -> None:
        """Verify every member; ``checkpoint`` is that of `verify`."""
        for member in self.members:
            self.verify(member, checkpoint=checkpoint)

    def verify(self, member: Member, *, checkpoint: Callable[[], None] = lambda: None) -> None:
        """Read a member to its end, to raise what `open` raises.

        Members whose checksum is known already are not read again. ``checkpoint`` is called at first, and for
        each megabyte of a large member; it may raise to stop.
        """
        checkpoint()
        self._check_readable(member)
        if member.is_folder and not member.packed_size:
            return
        crc = None
        if member.method == STORED:
            if member.has_descriptor:
                self._check_end_mark(member)
            if member.size == member.packed_size:
                crc = self._known_crc(member)
        if crc is None:
            if self._unpack_small(member) is None:
                self._verify_large(member, checkpoint)
        elif crc != member.crc:
            raise self._fault(member, DataError("its checksum is wrong"))

    def _known_crc(self, member: Member) -> int | None:
        """Return the CRC-32 of a stored member, if that takes no reading."""
        offset, size = member.data_offset, member.size
        if self.data is None:
            return self.checksums.get(offset, size)
        data = memoryview(self.data)[offset : offset + size]
        return fast_crc32()(data, 0) if len(data) == size else None

    def _check_end_mark(self, member: Member) -> None:
        """Refuse stored data in which tools that read from the start can find the end of the member.

        They look for the record that states its size, or for the next member.
        """
        with self.open(member) as stream:
            tail = b""
            while block := stream.read(_COPY_BLOCK):
                if _RECORD_MARK.search(tail + block):
                    raise InvalidPackage.of(
                        "package.header-mismatch",
                        f"{shown(member.name)} has records of a zip in it, and no size before its data",
                        hint="pack it again with a tool that writes sizes first, for example 'extery build'",
                        where=self.where(member.name),
                    )
                tail = block[-3:]

    def _verify_large(self, member: Member, checkpoint: Callable[[], None]) -> None:
        if member.is_stored:
            with self._naming(member):
                verify_stored(
                    self.file,
                    member.data_offset,
                    size=member.size,
                    crc=member.crc,
                    checkpoint=checkpoint,
                )
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
            raise self._fault(member, error) from error

    @contextmanager
    def open_seekable(self, member: Member) -> Iterator[BinaryIO]:
        """A member as a file to move in: where it is stored, a part of this one, else a temporary copy."""
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
