"""The files of a dump of OSV, whatever its form: a zip, a folder, or one file. Nothing in it is trusted."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from extery.author.wheels.osv_entries import MAX_ENTRY
from extery.core.errors import InvalidInput, InvalidPackage, Where
from extery.core.files import open_regular, read_regular
from extery.core.text import clean_message, os_error_text
from extery.package import Archive, open_archive

#: Entries of a dump; that of PyPI had about 25,000 in 2026.
MAX_ENTRIES = 400_000
#: Bytes of all entries together.
MAX_BYTES = 4_000_000_000
#: Bytes of a file with a list of entries.
_MAX_LIST = 200_000_000
_SUFFIX = ".json"


class DumpFiles(NamedTuple):
    """A dump that is open. ``identity`` differs from that of every other content; ``entries`` yields names and bytes."""

    name: str
    identity: str
    entries: Callable[[], Iterator[tuple[str, bytes]]]


@contextmanager
def open_dump(path: Path) -> Iterator[DumpFiles]:
    """Open a dump; raises `InvalidInput` if it is not there or cannot be read, also while ``entries`` runs."""
    with ExitStack() as stack:
        with _readable(path):
            if path.is_dir():
                files = _folder(path)
            else:
                file = stack.enter_context(open_regular(path))
                files = _file(path, file)
        yield files._replace(entries=lambda: _checked(path, files))


def _checked(path: Path, files: DumpFiles) -> Iterator[tuple[str, bytes]]:
    with _readable(path):
        yield from files.entries()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise errors in the block as `InvalidInput` about the dump."""
    try:
        yield
    except OSError as error:
        reason = os_error_text(error)
    except InvalidPackage as error:
        reason = clean_message(str(error))
    else:
        return
    raise InvalidInput.of("library.osv", where=Where(str(path)), file=str(path), reason=reason)


def _file(path: Path, file: BinaryIO) -> DumpFiles:
    identity = _identity(os.fstat(file.fileno()))
    if file.read(2) != b"PK":
        return DumpFiles(path.name, identity, lambda: _whole(file, path.name))

    def entries() -> Iterator[tuple[str, bytes]]:
        # Only now: reading the directory of a dump takes half a second, and most look-ups need no more than its identity.
        with open_archive(file, name=path.name, max_members=MAX_ENTRIES) as archive:
            yield from _members(archive)
        if _identity(os.fstat(file.fileno())) != identity:
            raise OSError(None, "it was changed while it was read")

    return DumpFiles(path.name, identity, entries)


def _whole(file: BinaryIO, name: str) -> Iterator[tuple[str, bytes]]:
    file.seek(0)
    data = file.read(_MAX_LIST + 1)
    if len(data) > _MAX_LIST:
        raise OSError(None, "it is too large")
    yield name, data


def _identity(status: os.stat_result) -> str:
    """Return what differs after every change of a file, also one that keeps size and time."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _members(archive: Archive) -> Iterator[tuple[str, bytes]]:
    total = 0
    for member in archive.members:
        if not member.name.endswith(_SUFFIX):
            continue
        total += member.size
        if total > MAX_BYTES:
            raise OSError(None, "it is too large")
        yield member.name, archive.read(member, limit=MAX_ENTRY)


def _folder(path: Path) -> DumpFiles:
    """Return the files of a folder and the folders in it; links are not followed."""
    found: list[tuple[str, os.stat_result]] = []
    total = 0
    for parent, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if not name.endswith(_SUFFIX):
                continue
            file = Path(parent) / name
            status = file.lstat()
            if stat.S_ISREG(status.st_mode):
                found.append((str(file.relative_to(path)), status))
                total += status.st_size
                if len(found) > MAX_ENTRIES or total > MAX_BYTES:
                    raise OSError(None, "it is too large")
    digest = hashlib.sha256()
    for name, status in found:
        digest.update(f"{name}\0{_identity(status)}\n".encode("utf-8", "surrogateescape"))

    def entries() -> Iterator[tuple[str, bytes]]:
        for name, _ in found:
            yield name, read_regular(path / name, limit=MAX_ENTRY)

    return DumpFiles(path.name, f"folder {digest.hexdigest()}", entries)
