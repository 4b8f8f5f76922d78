"""The largest compressed file in a package, also in wheels and other zips in it.

clamd inflates only the beginning of one that is larger than its ``MaxFileSize``, see `extery_site.scanning.clamd`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO

from extery.core.errors import ExteryError
from extery.package.archive import Archive
from extery.package.opening import open_archive

_SUFFIXES = (".whl", ".zip")
#: Zips in zips are opened down to this level, and until so many bytes were inflated for it.
MAX_DEPTH = 5
MAX_INFLATED = 1_000_000_000


def largest_compressed_member(file: BinaryIO) -> int:
    """Return the unpacked size in bytes, 0 if there is none, of a package that was checked at its upload.

    The file is left at any position. What cannot be opened counts as a file.
    """
    return _Search().in_file(file, depth=1)


class _Search:
    def __init__(self) -> None:
        self._rest = MAX_INFLATED

    def in_file(self, file: BinaryIO, *, depth: int) -> int:
        with suppress(ExteryError), open_archive(file, name="package.zip") as archive:
            return self._in_archive(archive, depth)
        return 0

    def _in_archive(self, archive: Archive, depth: int) -> int:
        largest = max((one.size for one in archive.members if not one.is_stored), default=0)
        if depth == MAX_DEPTH:
            return largest
        for member in archive.members:
            if not member.name.lower().endswith(_SUFFIXES):
                continue
            if not member.is_stored:
                if member.size > self._rest:
                    continue
                self._rest -= member.size
            with suppress(ExteryError), archive.open_seekable(member) as inner:
                largest = max(largest, self.in_file(inner, depth=depth + 1))
        return largest
