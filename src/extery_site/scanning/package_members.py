"""The files in a package, and those in the wheels and zips in it, each unpacked into memory.

Runs in isolation, and imports no Django. What is not read is counted and named: it was not scanned.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple

from extery.core.errors import ExteryError, ProblemList
from extery.core.files import format_size
from extery.package.archive import Archive, Member
from extery.package.names import quote_name
from extery.package.opening import open_archive

#: Zips in zips are opened down to this level; a wheel in a package is at the second.
MAX_DEPTH = 5
#: Files in a package with all that is packed in it.
MAX_FILES = 100_000
#: Bytes of a file, and of all together. A package that passed its upload unpacks to 4 GB at most.
MAX_FILE_SIZE = 256_000_000
MAX_UNPACKED = 4_500_000_000
#: Reasons that are named; others are only counted.
_MAX_REASONS = 3
_SUFFIXES = (".whl", ".zip")
_ZIP_MARK = b"PK\x03\x04"


class PackedFile(NamedTuple):
    """A file; ``path`` leads through archives: ``wheels/gears-1.0-py3-none-any.whl/gears/main.py``."""

    path: str
    data: bytes


class PackageMembers:
    """Reads the files of one package. ``unread`` says why some were not, ``unread_number`` how many."""

    def __init__(self) -> None:
        self.unread: list[str] = []
        self.unread_number = 0
        self._files_left = MAX_FILES
        self._bytes_left = MAX_UNPACKED

    def files(self, file: BinaryIO, *, name: str) -> Iterator[PackedFile]:
        """Yield the files of a package, an archive before what is in it. Raises `InvalidPackage` if it cannot be opened."""
        with _open(file, name) as archive:
            yield from self._files(archive, "", depth=1)

    def add_unread(self, reason: str) -> None:
        """Count something as not read."""
        self.unread_number += 1
        if len(self.unread) < _MAX_REASONS:
            self.unread.append(reason)

    def _files(self, archive: Archive, prefix: str, *, depth: int) -> Iterator[PackedFile]:
        for member in archive.members:
            if member.is_folder and not member.size:
                continue
            if not self._files_left:
                self.add_unread(f"there are more than {MAX_FILES:,} files")
                return
            self._files_left -= 1
            path = prefix + member.name
            data = self._read(archive, member, path)
            if data is None:
                continue
            yield PackedFile(path, data)
            if path.lower().endswith(_SUFFIXES) or data.startswith(_ZIP_MARK):
                yield from self._packed_in(data, path, depth=depth)

    def _read(self, archive: Archive, member: Member, path: str) -> bytes | None:
        if member.size > MAX_FILE_SIZE:
            self.add_unread(f"{quote_name(path)} is larger than {format_size(MAX_FILE_SIZE)}")
            return None
        if member.size > self._bytes_left:
            self.add_unread(f"there is more than {format_size(MAX_UNPACKED)} in it, unpacked")
            return None
        self._bytes_left -= member.size
        buffer = io.BytesIO()
        try:
            for block in archive.blocks(member):
                buffer.write(block)
        except ExteryError as error:
            self.add_unread(f"{quote_name(path)}: {error.problems[0].message}")
            return None
        return buffer.getvalue()

    def _packed_in(self, data: bytes, path: str, *, depth: int) -> Iterator[PackedFile]:
        if depth == MAX_DEPTH:
            self.add_unread(f"{quote_name(path)} is packed too deeply")
            return
        try:
            with _open(io.BytesIO(data), path) as inner:
                yield from self._files(inner, f"{path}/", depth=depth + 1)
        except ExteryError as error:
            self.add_unread(f"{quote_name(path)} cannot be opened: {error.problems[0].message}")


def _open(file: BinaryIO, name: str) -> AbstractContextManager[Archive]:
    # Problems are those of the upload.
    return open_archive(file, name=name, problems=ProblemList(), max_members=MAX_FILES)
