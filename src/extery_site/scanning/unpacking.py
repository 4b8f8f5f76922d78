"""What clamd is sent of a package beside the package itself: files of archives that clamd may not read, unpacked.

Runs in isolation, as a stream that `extery_site.scanning.package_scan` reads. Imports no Django: see
`extery_site.project.isolation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from extery.core.errors import ExteryError, ProblemList
from extery.core.text import quote_value
from extery.package.archive import Archive, Member
from extery.package.opening import open_archive
from extery.package.plain_archive import read_plain_members
from extery_site.scanning.unpacked import unpacked_size, unpacked_zip

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
#: Bytes of all zips. A package that passed its upload unpacks to 4 GB at most.
MAX_SENT = 8_000_000_000


def unpack(file: BinaryIO) -> Iterator[Any]:
    """Yield what a package is, and then zips with the files of each archive in it that is not ordinary.

    The first value has ``is_archive``; ``is_plain``, whether it and all archives in it are ordinary; and ``largest``, the unpacked
    size of the largest compressed file, in bytes: clamd reports stored ones that are too large. The blocks of a zip are between
    the values ``zip`` and ``end``, which is why it is incomplete, or empty. ``unread`` is why something is not sent.
    """
    contents = {"is_archive": False, "is_plain": False, "largest": 0}
    for archive in _archives(file):
        is_plain = _is_plain(archive)
        contents["is_plain"] = is_plain and (contents["is_plain"] or not contents["is_archive"])
        contents["is_archive"] = True
        if is_plain:
            sizes = [member.size for member in archive.members if not member.is_stored]
            contents["largest"] = max(contents["largest"], *sizes, 0)
    yield contents
    if not contents["is_plain"]:
        yield from _zips(file)


def _is_plain(archive: Archive) -> bool:
    """Whether an archive is stored or deflated, and the same to every tool."""
    if archive.size > MAX_PLAIN:
        return False
    archive.file.seek(0)
    return read_plain_members(archive.file.read(archive.size)) is not None


def _zips(file: BinaryIO) -> Iterator[Any]:
    rest = MAX_SENT
    for archive in _archives(file):
        if _is_plain(archive):
            continue
        members = [member for member in archive.members if not member.is_folder]
        for member in members:
            if member.is_encrypted:
                yield {"unread": f"{quote_value(member.name)} is encrypted"}
        for group in _groups([member for member in members if not member.is_encrypted]):
            size = unpacked_size(group)
            if size > MAX_FILE:
                yield {"over": "the 2 GB of ClamAV, for a file in it"}
            elif size > rest:
                yield {"over": "what a scan unpacks, for all files in it together"}
                return
            else:
                rest -= size
                yield from _zip(archive, group)


def _zip(archive: Archive, members: list[Member]) -> Iterator[Any]:
    yield {"zip": len(members)}
    reason = ""
    try:
        yield from unpacked_zip(archive, members)
    except ExteryError as error:
        reason = error.problems[0].message
    yield {"end": reason}


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
