"""Open a zip as an `Archive`: check its structure and names before any data is read."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from extery.core.errors import InvalidPackage, ProblemList, Where
from extery.core.files import open_regular
from extery.core.text import os_error_text
from extery.package.archive import MAX_MEMBERS, Archive
from extery.package.checksums import NO_CHECKSUMS, MemberFile
from extery.package.plain_archive import read_plain_members

ArchiveT = TypeVar("ArchiveT", bound=Archive)
#: Smaller files are read at once.
_MAX_IN_MEMORY = 1_000_000


def open_archive(
    source: Path | BinaryIO,
    *,
    name: str = "",
    problems: ProblemList | None = None,
    max_members: int = MAX_MEMBERS,
) -> AbstractContextManager[Archive]:
    """Open a zip from a path or a seekable binary file.

    Raises `InvalidPackage` if it is not a readable zip, and if tools would unpack it in different
    ways. With ``problems`` the latter are added to the list instead, and the archive is opened as its
    directory describes it, so that a report can continue. ``name`` is the name for messages, by default
    that of the file. ``max_members`` is the maximum number of files; only an archive that is no package has a higher one.
    """
    return open_archive_as(Archive, source, name=name, problems=problems, max_members=max_members)


@contextmanager
def open_archive_as(
    kind: type[ArchiveT],
    source: Path | BinaryIO,
    *,
    name: str = "",
    problems: ProblemList | None = None,
    max_members: int = MAX_MEMBERS,
) -> Iterator[ArchiveT]:
    """Open a zip as an instance of ``kind``; the other arguments are those of `open_archive`."""
    if isinstance(source, Path):
        with _open_path(source, name or source.name) as file:
            yield _read_archive(kind, file, name or source.name, problems, max_members)
        return
    name = name or Path(str(getattr(source, "name", "package.zip"))).name
    yield _read_archive(kind, source, name, problems, max_members)


@contextmanager
def _open_path(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        file = _in_memory(open_regular(path))
    except OSError as error:
        is_missing = isinstance(error, FileNotFoundError)
        raise InvalidPackage.of(
            "package.not-found" if is_missing else "package.unreadable",
            where=Where(name),
            file=name,
            reason=os_error_text(error),
        ) from error
    with file:
        yield file


def _in_memory(file: BinaryIO) -> BinaryIO:
    """Return a small file as bytes in memory, which is faster than many short reads; any other unchanged."""
    with ExitStack() as stack:
        stack.callback(file.close)
        size = os.fstat(file.fileno()).st_size
        if size > _MAX_IN_MEMORY:
            stack.pop_all()
            return file
        data = file.read(size + 1)
        if len(data) > size:  # it has grown
            stack.pop_all()
            return file
        return io.BytesIO(data)


def _read_archive(
    kind: type[ArchiveT],
    file: BinaryIO,
    name: str,
    problems: ProblemList | None,
    max_members: int,
) -> ArchiveT:
    if type(file) is io.BytesIO:
        data = file.getvalue()
        if plain := read_plain_members(data):
            return kind(file, name, plain, size=len(data))
    from extery.package.directory_members import read_members  # most packages do not need it

    collected = ProblemList() if problems is None else problems
    try:
        size = file.seek(0, io.SEEK_END)
        members = read_members(file, size, name, collected, max_members=max_members)
    except OSError as error:
        raise InvalidPackage.of(
            "package.unreadable",
            where=Where(name),
            variant="read",
            file=name,
            reason=os_error_text(error),
        ) from error
    if problems is None and collected.errors:
        raise InvalidPackage(*collected)
    checksums = file.checksums if isinstance(file, MemberFile) else NO_CHECKSUMS
    return kind(file, name, members, size=size, checksums=checksums)
