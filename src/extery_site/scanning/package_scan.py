"""Scan a package with clamd: the file, and by itself what clamd does not read inside of a zip.

clamd says OK of a zip whose files are packed with LZMA, which Blender unpacks, or encrypted; and of a compressed file above its
``MaxFileSize`` it inflates only the beginning (ClamAV 1.4.6). So files packed with LZMA are unpacked here and sent as they
are, and `Clamd` is told the size of the largest compressed file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from extery.core.errors import ExteryError, ProblemList
from extery.core.text import quote_value
from extery.package.archive import Archive, Member
from extery.package.opening import open_archive
from extery.package.streams import BZIP2, DEFLATED, STORED
from extery_site.scanning.clamd import Clamd, ClamdVerdict

#: Methods of zips that clamd unpacks; 9 is deflate64.
_READ_BY_CLAMD = frozenset({STORED, DEFLATED, 9, BZIP2})
_SUFFIXES = (".whl", ".zip")
#: Zips in zips are opened down to this level, and until so many bytes were unpacked for it.
MAX_DEPTH = 5
MAX_UNPACKED = 1_000_000_000


def scan_package(clamd: Clamd, file: BinaryIO) -> ClamdVerdict:
    """Return the verdict of a package with all that is in it: infected if anything is, clean if everything is.

    ``file`` is a seekable file that was checked at its upload. Raises `ScannerUnavailable`.
    """
    contents = _contents_of(file)
    file.seek(0)
    verdict = clamd.scan(file, largest_member=contents.largest)
    if contents.has_unread and verdict.kind != "infected":
        for other in _scan_unread(clamd, file):
            if other.kind == "infected":
                return other
            if verdict.kind == "clean":
                verdict = other
    if not contents.is_archive and verdict.kind == "clean":
        return ClamdVerdict("not_scanned", reason="the package cannot be opened")
    return verdict


@dataclass
class _Contents:
    is_archive: bool = False
    largest: int = 0
    """Unpacked size of the largest file that clamd unpacks, in bytes; it reports stored ones that are too large."""
    has_unread: bool = False


def _contents_of(file: BinaryIO) -> _Contents:
    contents = _Contents()
    for archive in _archives(file):
        contents.is_archive = True
        for member in archive.members:
            if not _is_read(member):
                contents.has_unread = True
            elif not member.is_stored:
                contents.largest = max(contents.largest, member.size)
    return contents


def _is_read(member: Member) -> bool:
    return member.method in _READ_BY_CLAMD and not member.is_encrypted


def _scan_unread(clamd: Clamd, file: BinaryIO) -> Iterator[ClamdVerdict]:
    for archive in _archives(file):
        for member in archive.members:
            if _is_read(member):
                continue
            name = quote_value(member.name)
            if member.is_encrypted:
                yield ClamdVerdict("not_scanned", reason=f"{name} is encrypted")
                continue
            try:
                with archive.open(member) as stream:
                    yield clamd.scan(stream)
            except ExteryError:
                yield ClamdVerdict("not_scanned", reason=f"{name} cannot be unpacked")


def _archives(file: BinaryIO) -> Iterator[Archive]:
    """Yield the package, its wheels and the zips in it, each while it is open."""
    return _Search().archives(file, depth=1)


class _Search:
    def __init__(self) -> None:
        self._rest = MAX_UNPACKED

    def archives(self, file: BinaryIO, *, depth: int) -> Iterator[Archive]:
        # What cannot be opened is a file as any other. Problems are those of the upload.
        with (
            suppress(ExteryError),
            open_archive(file, name="package.zip", problems=ProblemList()) as archive,
        ):
            yield archive
            for member in archive.members if depth < MAX_DEPTH else ():
                if self._may_open(member):
                    with suppress(ExteryError), archive.open_seekable(member) as inner:
                        yield from self.archives(inner, depth=depth + 1)

    def _may_open(self, member: Member) -> bool:
        if not member.name.lower().endswith(_SUFFIXES):
            return False
        if member.is_stored:
            return True
        self._rest -= member.size
        return self._rest >= 0
