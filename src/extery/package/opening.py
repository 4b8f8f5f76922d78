"""Opening an archive: its directory, local headers and names are checked before anything is read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import open_regular
from extery.package.archive import Archive, Member
from extery.package.checksums import NO_CHECKSUMS, MemberFile
from extery.package.collisions import check_names
from extery.package.directory import Directory, Entry, read_directory
from extery.package.formats import check_polyglot, not_a_zip
from extery.package.layout import FLAG_UTF8, check_kinds, check_layout
from extery.package.names import shown
from extery.package.unzip_names import find_clash


@contextmanager
def open_archive(
    source: Path | BinaryIO, *, name: str = "", problems: ProblemList | None = None
) -> Iterator[Archive]:
    """Open a zip from a path or a seekable binary file.

    Raises `InvalidPackage` if it is not a readable zip, and if tools would unpack it in different
    ways. With ``problems`` the latter are noted there instead, and the archive is opened as its
    directory describes it: for reports that go on after the first fault. ``name`` is what messages
    call it; by default the file's own name.
    """
    if isinstance(source, Path):
        with _open_path(source, name or source.name) as file:
            yield _read_archive(file, name or source.name, problems)
        return
    name = name or Path(str(getattr(source, "name", "package.zip"))).name
    yield _read_archive(source, name, problems)


@contextmanager
def _open_path(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        file = open_regular(path)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise InvalidPackage.of(
            "package.not-found" if missing else "package.unreadable",
            f"{path} cannot be opened: {error.strerror}",
            hint="check the path",
            where=Where(name),
        ) from error
    with file:
        yield file


def _read_archive(file: BinaryIO, name: str, problems: ProblemList | None) -> Archive:
    try:
        size = file.seek(0, io.SEEK_END)
        check_polyglot(file, size, name)
        try:
            directory = read_directory(file, size, name)
        except InvalidPackage as error:
            raise not_a_zip(file, size, name, error) from error
        found = ProblemList() if problems is None else problems
        archive = _build_archive(file, name, directory, found)
    except OSError as error:
        raise InvalidPackage.of(
            "package.unreadable",
            f"{name} cannot be read: {error.strerror or error}",
            hint="check the file and the disk",
            where=Where(name),
        ) from error
    if problems is None and found.errors:
        raise InvalidPackage(*found)
    return archive


def _build_archive(
    file: BinaryIO, name: str, directory: Directory, problems: ProblemList
) -> Archive:
    def where(member: str) -> Where:
        return Where(name, (member,)) if member else Where(name)

    names = _decode_names(directory.entries, name, problems, where)
    offsets = check_layout(file, directory, names, problems, where)
    check_kinds(directory, names, problems, where)
    check_names(names, problems, where=where)
    if clash := find_clash(directory.entries, names):
        problems.add(
            "path.encoding",
            f"unzip writes {shown(clash[0])} and {shown(clash[1])} to one file",
            hint="rename them with letters and digits of ASCII",
            where=where(clash[1]),
        )
    members = list(map(_member, directory.entries, names, offsets))
    checksums = file.checksums if isinstance(file, MemberFile) else NO_CHECKSUMS
    return Archive(file, name, members, checksums)


def _member(entry: Entry, name: str, data_offset: int) -> Member:
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


def _decode_names(
    entries: list[Entry], archive: str, problems: ProblemList, where: Callable[[str], Where]
) -> list[str]:
    """The names as text. Those of which tools differ about the encoding are noted, once for each reason."""
    if plain := _decode_plain(entries):
        return plain
    names: list[str] = []
    undeclared: list[bytes] = []
    for entry in entries:
        if entry.flags & FLAG_UTF8:
            names.append(_utf8(entry.raw_name, archive))
        else:
            # The encoding of the first zips, which Python assumes; for ASCII all are the same.
            names.append(entry.raw_name.decode("cp437"))
            if not entry.raw_name.isascii():
                undeclared.append(entry.raw_name)
        is_declared = bool(entry.flags & FLAG_UTF8) or entry.raw_name.isascii()
        # Info-ZIP adds a second name where it does not declare the first, which is said already.
        fault = entry.extra_fault
        if fault and (is_declared or fault.code != "package.unicode-path"):
            problems.add(
                fault.code,
                f"{shown(names[-1])} {fault.reason}",
                hint="pack it again with an ordinary tool, for example 'extery build'",
                where=where(names[-1]),
            )
    if undeclared:
        # As its author wrote it, which is nearly always UTF-8; where the problem is, as we read it.
        name, read = (
            undeclared[0].decode("utf-8", "backslashreplace"),
            undeclared[0].decode("cp437"),
        )
        more = f" and {len(undeclared) - 1} more" if len(undeclared) > 1 else ""
        problems.add(
            "path.encoding",
            f"the name {shown(name)}{more} is not marked as UTF-8, so tools differ in how they read it",
            hint="pack it again with 'extery build' or 7-Zip, or rename it with letters of ASCII",
            where=where(read),
        )
    return names


def _decode_plain(entries: list[Entry]) -> list[str] | None:
    """The names if all are ASCII, which every tool reads alike, and no entry has a fault."""
    try:
        names = [entry.raw_name.decode("ascii") for entry in entries]
    except UnicodeDecodeError:
        return None
    return None if any(entry.extra_fault for entry in entries) else names


def _utf8(raw_name: bytes, archive: str) -> str:
    try:
        return raw_name.decode("utf-8")
    except UnicodeDecodeError as error:
        name = raw_name.decode("utf-8", "backslashreplace")
        raise InvalidPackage.of(
            "path.encoding",
            f"the name {shown(name)} is marked as UTF-8 and is not: {error.reason}",
            hint="pack it again with an ordinary tool, for example 'extery build'",
            where=Where(archive),
        ) from error
