"""Bytes of a new archive that an old archive contains, found by the directory of the new one alone.

The data of a member is the same if checksum, sizes and method are. Its local header follows from its entry,
except for extra fields of which the directory has no copy. All of this is a guess until the hash of
the whole archive is verified: callers must do that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from extery.core.errors import InvalidPackage
from extery.package.central_directory import CentralDirectory, DirectoryEntry, read_directory
from extery.package.derived_headers import derive_header, header_of_span, with_time
from extery.package.extra_fields import UNICODE_PATH, ZIP64, parse_extra_field
from extery.package.local_headers import read_local_header
from extery.package.streams import STORED, open_window
from extery.package.zip_format import (
    FLAG_ENCRYPTED,
    FLAG_MASKED_HEADERS,
    FLAG_STRONG_ENCRYPTION,
    LOCAL_HEADER,
)

#: Suffix of members that are archives with members of their own.
_NESTED_SUFFIX = b".whl"
#: Smaller wheels are fetched whole: their directory would cost a request.
MIN_NESTED_SIZE = 64_000
#: Members of wheels of one archive that are indexed; the data of others is fetched.
_MAX_NESTED_MEMBERS = 100_000
_UNREADABLE = FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED_HEADERS
#: Extra fields whose content follows from the entry: of equal entries, both have the same.
_DERIVED_FIELDS = frozenset({ZIP64, UNICODE_PATH})


class KnownBytes(NamedTuple):
    """``size`` bytes of the new archive from ``start`` on: an offset in the old archive, or the bytes."""

    start: int
    size: int
    source: int | bytes

    @property
    def end(self) -> int:
        return self.start + self.size

    def clip(self, start: int, end: int) -> KnownBytes:
        """Return the part between two offsets of the new archive, both inside."""
        skip = start - self.start
        if isinstance(self.source, bytes):
            return KnownBytes(start, end - start, self.source[skip : skip + end - start])
        return KnownBytes(start, end - start, self.source + skip)


class NestedArchive(NamedTuple):
    """A stored wheel of the new archive that the old one does not have. ``name`` is without its version."""

    name: bytes
    start: int
    size: int


class _Contents(NamedTuple):
    """What decides whether the packed data of two members is the same, and the form of their headers.

    ``archive`` is the name of the wheel or empty: what was packed by another program may have the same size
    and other bytes. It is empty for all members that are not compressed.
    """

    archive: bytes
    crc: int
    size: int
    packed_size: int
    method: int
    has_extra: bool


class _OldMember(NamedTuple):
    entry: DirectoryEntry
    start: int
    span: int
    header: bytes
    extra: bytes


class OldArchive:
    """An archive on disk, as a source of bytes for a newer one. The file must stay open.

    Raises `InvalidPackage` if its directory cannot be read, and `OSError`.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._data: dict[_Contents, int] = {}
        self._packed_sizes: dict[tuple[bytes, int, int, int], set[int]] = {}
        self._members: dict[tuple[bytes, bytes], _OldMember] = {}
        self._nested_members = 0
        directory = read_directory(file, size, "old.zip")
        #: Bytes from the start of the directory to the end of the archive.
        self.tail_size = size - directory.start
        #: The same of each wheel, by its name without version.
        self.nested_tail_sizes: dict[bytes, int] = {}
        self._add(directory, file, base=0, name=b"")
        self._add_nested(directory)

    def _add(self, directory: CentralDirectory, file: BinaryIO, *, base: int, name: bytes) -> None:
        for entry, span in _spans(directory):
            if entry.flags & _UNREADABLE:
                continue
            header = read_local_header(file, entry.offset, directory.start)
            if header is None or header.data_offset + entry.packed_size > entry.offset + span:
                continue
            file.seek(entry.offset)
            raw = file.read(header.data_offset - entry.offset)
            member = _OldMember(entry, base + entry.offset, span, raw, header.extra)
            self._members.setdefault((name, entry.raw_name), member)
            sizes = self._packed_sizes.setdefault(_unpacked(name, entry), set())
            sizes.add(entry.packed_size)
            if raw == derive_header(entry, header.extra):
                contents = _contents(name, entry, bool(header.extra))
                self._data.setdefault(contents, base + header.data_offset)

    def _add_nested(self, directory: CentralDirectory) -> None:
        for entry, _ in _spans(directory):
            offset = self._data.get(_contents(b"", entry, False))
            if not _is_nested(entry) or offset is None:
                continue
            window = open_window(self._file, offset, entry.size)
            try:
                nested = read_directory(window, entry.size, "old.whl")
            except InvalidPackage:
                continue
            self._nested_members += len(nested.entries)
            if self._nested_members > _MAX_NESTED_MEMBERS:
                return
            name = _distribution(entry.raw_name)
            self.nested_tail_sizes[name] = entry.size - nested.start
            self._add(nested, window, base=offset, name=name)

    def known_bytes(
        self, directory: CentralDirectory, *, base: int = 0, name: bytes = b""
    ) -> Iterator[KnownBytes]:
        """Yield the known bytes of an archive that begins at ``base`` in the new archive, in any order.

        ``name`` is that of a `NestedArchive`, empty for the new archive itself.
        """
        is_repacked = any(self._is_repacked(name, entry) for entry in directory.entries)
        for entry, span in _spans(directory):
            if entry.flags & _UNREADABLE or span < LOCAL_HEADER.size + len(entry.raw_name):
                continue
            if is_repacked and entry.method != STORED:
                continue
            start = base + entry.offset
            header = header_of_span(entry, span)
            has_extra = header is not None and len(header) > len(entry.raw_name) + LOCAL_HEADER.size
            offset = self._data.get(_contents(name, entry, has_extra))
            if header is not None and offset is not None:
                yield KnownBytes(start, len(header), header)
                yield KnownBytes(start + len(header), entry.packed_size, offset)
                continue
            old = self._members.get((name, entry.raw_name))
            if old is not None and old.span == span:
                yield from _from_same_name(entry, old, start)

    def _is_repacked(self, name: bytes, entry: DirectoryEntry) -> bool:
        """Whether the same file was packed into another number of bytes: the packer is another one."""
        sizes = self._packed_sizes.get(_unpacked(name, entry))
        return sizes is not None and entry.packed_size not in sizes

    def nested_archives(self, directory: CentralDirectory) -> list[NestedArchive]:
        """Return the wheels of the new archive whose members may be known, large ones first."""
        found = []
        for entry, span in _spans(directory):
            header = header_of_span(entry, span)
            if (
                not _is_nested(entry)
                or header is None
                or _contents(b"", entry, False) in self._data
            ):
                continue
            start = entry.offset + len(header)
            found.append(NestedArchive(_distribution(entry.raw_name), start, entry.size))
        return sorted(found, key=lambda nested: -nested.size)


def _spans(directory: CentralDirectory) -> Iterator[tuple[DirectoryEntry, int]]:
    """Yield the entries in the order of their data, with the bytes up to the next one or the directory.

    Entries that overlap have a span that is too short, so that no caller uses them.
    """
    entries = sorted(directory.entries, key=lambda entry: entry.offset)
    for number, entry in enumerate(entries, 1):
        end = entries[number].offset if number < len(entries) else directory.start
        if end <= directory.start:
            yield entry, end - entry.offset


def _contents(archive: bytes, entry: DirectoryEntry, has_extra: bool) -> _Contents:
    archive = b"" if entry.method == STORED else archive
    sizes = entry.size, entry.packed_size
    return _Contents(archive, entry.crc, *sizes, entry.method, has_extra)


def _unpacked(archive: bytes, entry: DirectoryEntry) -> tuple[bytes, int, int, int]:
    return archive, entry.crc, entry.size, entry.method


def _is_nested(entry: DirectoryEntry) -> bool:
    return (
        entry.raw_name.endswith(_NESTED_SUFFIX)
        and entry.method == STORED
        and MIN_NESTED_SIZE <= entry.size == entry.packed_size
        and not entry.flags & _UNREADABLE
    )


def _distribution(raw_name: bytes) -> bytes:
    """Return the name of the distribution of a wheel, which its updates share."""
    return PurePosixPath(raw_name.decode("latin-1")).name.partition("-")[0].encode("latin-1")


def _from_same_name(entry: DirectoryEntry, old: _OldMember, start: int) -> Iterator[KnownBytes]:
    """Yield the bytes of a member with an unusual header, if only offset and time differ from the old one."""
    moved = old.entry._replace(time=entry.time, date=entry.date, offset=entry.offset)
    if moved != entry:
        return
    blocks = parse_extra_field(old.extra)
    if blocks is not None and blocks.keys() <= _DERIVED_FIELDS:
        header = with_time(old.header, entry)
        yield KnownBytes(start, len(header), header)
    # Other extra fields, such as the time of the last access, may differ: that header is fetched.
    skip = len(old.header)
    yield KnownBytes(start + skip, old.span - skip, old.start + skip)
