"""Open a zip as an `Archive`: check its structure and names before any data is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import open_regular
from extery.package.archive import Archive, Member
from extery.package.central_directory import CentralDirectory, DirectoryEntry, read_directory
from extery.package.checksums import NO_CHECKSUMS, MemberFile
from extery.package.collisions import check_names
from extery.package.formats import check_polyglot, identify_format
from extery.package.local_headers import check_local_headers
from extery.package.member_types import check_member_types
from extery.package.name_encoding import decode_names
from extery.package.names import quote_name
from extery.package.plain_archive import read_plain_members
from extery.package.unzip_names import find_clash

ArchiveT = TypeVar("ArchiveT", bound=Archive)


def open_archive(
    source: Path | BinaryIO, *, name: str = "", problems: ProblemList | None = None
) -> AbstractContextManager[Archive]:
    """Open a zip from a path or a seekable binary file.

    Raises `InvalidPackage` if it is not a readable zip, and if tools would unpack it in different
    ways. With ``problems`` the latter are added to the list instead, and the archive is opened as its
    directory describes it, so that a report can continue. ``name`` is the name for messages, by default
    that of the file.
    """
    return open_archive_as(Archive, source, name=name, problems=problems)


@contextmanager
def open_archive_as(
    kind: type[ArchiveT],
    source: Path | BinaryIO,
    *,
    name: str = "",
    problems: ProblemList | None = None,
) -> Iterator[ArchiveT]:
    """Open a zip as an instance of ``kind``; the other arguments are those of `open_archive`."""
    if isinstance(source, Path):
        with _open_path(source, name or source.name) as file:
            yield _read_archive(kind, file, name or source.name, problems)
        return
    name = name or Path(str(getattr(source, "name", "package.zip"))).name
    yield _read_archive(kind, source, name, problems)


@contextmanager
def _open_path(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        file = open_regular(path)
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        raise InvalidPackage.of(
            "package.not-found" if is_missing else "package.unreadable",
            where=Where(name),
            file=name,
            reason=error.strerror or str(error),
        ) from error
    with file:
        yield file


def _read_archive(
    kind: type[ArchiveT], file: BinaryIO, name: str, problems: ProblemList | None
) -> ArchiveT:
    if type(file) is io.BytesIO:
        data = file.getvalue()
        if plain := read_plain_members(data):
            return kind(file, name, plain, size=len(data))
    try:
        size = file.seek(0, io.SEEK_END)
        check_polyglot(file, size, name)
        try:
            directory = read_directory(file, size, name)
        except InvalidPackage as error:
            raise identify_format(file, size, name) or error from error
        collected = ProblemList() if problems is None else problems
        members = _read_members(file, name, directory, collected)
    except OSError as error:
        raise InvalidPackage.of(
            "package.unreadable",
            where=Where(name),
            variant="read",
            file=name,
            reason=error.strerror or str(error),
        ) from error
    if problems is None and collected.errors:
        raise InvalidPackage(*collected)
    checksums = file.checksums if isinstance(file, MemberFile) else NO_CHECKSUMS
    return kind(file, name, members, size=size, checksums=checksums)


def _read_members(
    file: BinaryIO, name: str, directory: CentralDirectory, problems: ProblemList
) -> list[Member]:
    """Return the members, and add a problem for everything that tools understand in different ways."""

    def where(member: str) -> Where:
        return Where(name, (member,)) if member else Where(name)

    names = decode_names(directory.entries, name, problems, where)
    offsets = check_local_headers(file, directory, names, problems, where)
    check_member_types(directory, names, problems, where)
    check_names(names, problems, where=where)
    if clash := find_clash(directory.entries, names):
        problems.add(
            "path.encoding",
            where=where(clash[1]),
            variant="unzip",
            path=quote_name(clash[0]),
            other=quote_name(clash[1]),
        )
    return list(map(_member, directory.entries, names, offsets))


def _member(entry: DirectoryEntry, name: str, data_offset: int) -> Member:
    return Member(
        name,
        entry.size,
        entry.packed_size,
        entry.method,
        entry.flags,
        entry.crc,
        entry.external_attributes >> 16,
        entry.version_needed,
        entry.date,
        data_offset,
    )
