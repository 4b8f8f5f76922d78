"""Scan a package with clamd: as it is, and the files in it where clamd may not read them.

clamd says OK of a zip whose files it does not read, and Blender does: packed with LZMA, or with zip64 records (ClamAV 1.4.6). Of a
compressed file above its ``MaxFileSize`` it inflates only the beginning. So `Clamd` is told the size of the largest
compressed file in ordinary archives, and the files of others are sent once more, unpacked.
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
from extery.package.plain_archive import read_plain_members
from extery_site.scanning.clamd import Clamd, ClamdVerdict
from extery_site.scanning.clamd_answers import over_limit
from extery_site.scanning.unpacked import BlockStream, unpacked_size, unpacked_zip

_SUFFIXES = (".whl", ".zip")
#: Zips in zips are opened down to this level, and until so many bytes were unpacked for it.
MAX_DEPTH = 5
MAX_UNPACKED = 1_000_000_000
#: Larger archives are not read into memory to find out whether they are ordinary.
MAX_PLAIN = 64_000_000
#: Files up to this size together are sent in one zip.
MAX_TOGETHER = 500_000
#: The size of the largest file that clamd reads, whatever its limits.
MAX_FILE = (1 << 31) - 3


def scan_package(clamd: Clamd, file: BinaryIO) -> ClamdVerdict:
    """Return the verdict of a package with all that is in it: infected if anything is, clean if everything is.

    ``file`` is a seekable file that was checked at its upload. Raises `ScannerUnavailable`.
    """
    contents = _contents_of(file)
    file.seek(0)
    verdict = clamd.scan(file, largest_member=contents.largest)
    if contents.is_plain or verdict.kind == "infected":
        return verdict
    for other in _scan_unpacked(clamd, file):
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
    is_plain: bool = False
    """Whether it and all archives in it are ordinary."""
    largest: int = 0
    """Unpacked size of the largest compressed file, in bytes; clamd reports stored ones that are too large."""


def _contents_of(file: BinaryIO) -> _Contents:
    contents = _Contents()
    for archive in _archives(file):
        is_plain = _is_plain(archive)
        contents.is_plain = is_plain and (contents.is_plain or not contents.is_archive)
        contents.is_archive = True
        if is_plain:
            sizes = [member.size for member in archive.members if not member.is_stored]
            contents.largest = max(contents.largest, *sizes, 0)
    return contents


def _is_plain(archive: Archive) -> bool:
    """Whether an archive is stored or deflated, and the same to every tool."""
    if archive.size > MAX_PLAIN:
        return False
    archive.file.seek(0)
    return read_plain_members(archive.file.read(archive.size)) is not None


def _scan_unpacked(clamd: Clamd, file: BinaryIO) -> Iterator[ClamdVerdict]:
    """Scan the files of each archive that is not ordinary."""
    for archive in _archives(file):
        if _is_plain(archive):
            continue
        members = [member for member in archive.members if not member.is_folder]
        for member in members:
            if member.is_encrypted:
                reason = f"{quote_value(member.name)} is encrypted"
                yield ClamdVerdict("not_scanned", reason=reason)
        for group in _groups([member for member in members if not member.is_encrypted]):
            if unpacked_size(group) > MAX_FILE:
                yield over_limit("the 2 GB of ClamAV, for a file in it")
                continue
            try:
                yield clamd.scan(BlockStream(unpacked_zip(archive, group)))
            except ExteryError as error:
                yield ClamdVerdict("not_scanned", reason=error.problems[0].message)


def _groups(members: list[Member]) -> Iterator[list[Member]]:
    """Yield files to be sent together: large ones alone, so that their limits do not concern others."""
    group: list[Member] = []
    for member in members:
        if group and unpacked_size([*group, member]) > MAX_TOGETHER:
            yield group
            group = []
        group.append(member)
    if group:
        yield group


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
