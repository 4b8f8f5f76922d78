"""Packages and images in the media folder, each under the hash of its content.

A file is first written beside its place (`staged`), and gets its name inside the transaction
that stores its row: when anything fails, neither row nor file remains.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, transaction

from extery.core.files import sync_folder
from extery_site.project.database import lock_transaction

#: Whether a row has the file with this name.
IsUsed = Callable[[str], bool]

_BLOCK = 1 << 20
_INCOMING = "incoming"
#: A file that still grows was changed a moment ago; an hour without a byte is the end of it.
_LEFT_FOR = 3600.0


def media_path(name: str) -> Path:
    """Where the file with this name in the database is on disk."""
    return Path(settings.MEDIA_ROOT, *name.split("/"))


class Staged:
    """A complete file on disk that has no name yet."""

    def __init__(self, path: Path, sha256: str, size: int) -> None:
        self.path = path
        self.sha256 = sha256
        self.size = size
        self._kept: list[str] = []

    def keep(self, folder: str, suffix: str) -> str:
        """Give the file its name, ``folder/ab/<sha256><suffix>``, and return that.

        In the transaction that stores the row: until its end nobody removes a file of this name.
        """
        name = f"{folder}/{self.sha256[:2]}/{self.sha256}{suffix}"
        _lock(name)
        place = media_path(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            self._kept.append(name)
        os.replace(self.path, place)
        sync_folder(place.parent)
        return name

    def undo(self, is_used: IsUsed) -> None:
        """Take back `keep`, unless the same content had been there before, or has been stored since."""
        for name in self._kept:
            # Where the database cannot say, a file too many is better than one too few.
            with suppress(DatabaseError, OSError), transaction.atomic():
                _lock(name)
                if not is_used(name):
                    media_path(name).unlink(missing_ok=True)


@contextmanager
def staged(source: BinaryIO, *, is_used: IsUsed = lambda _: False) -> Iterator[Staged]:
    """A copy of ``source`` on disk, hashed on its way; gone at the end unless it was kept.

    If the block raises, a name that was given is taken back too, unless ``is_used`` knows a row that has it:
    somebody else may have stored the same content at the same moment.
    """
    folder = media_path(_INCOMING)
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    path = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for block in _blocks(source):
                digest.update(block)
                size += len(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        stage = Staged(path, digest.hexdigest(), size)
        try:
            yield stage
        except BaseException:
            stage.undo(is_used)
            raise
    finally:
        path.unlink(missing_ok=True)


def remove_leftovers(*, now: float | None = None) -> int:
    """Delete staged files of a process that was killed; gives back how many there were."""
    latest = (time.time() if now is None else now) - _LEFT_FOR
    found = [
        path
        for path in media_path(_INCOMING).glob("*.part")
        if path.is_file() and path.stat().st_mtime < latest
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _lock(name: str) -> None:
    """Let nobody else store or remove the file with this name until the transaction ends."""
    lock_transaction(f"file {name}")


def stored_names(folders: Iterable[str], batch: int) -> Iterator[list[str]]:
    """The names of all stored files in these folders, in lists of at most ``batch``."""
    names: list[str] = []
    for folder in folders:
        for path in media_path(folder).glob("*/*"):
            names.append(f"{folder}/{path.parent.name}/{path.name}")
            if len(names) == batch:
                yield names
                names = []
    yield names


def remove_orphan(name: str, *, before: float, is_used: IsUsed) -> bool:
    """Delete a file that was stored before this time and is not used; whether it was deleted.

    Looks in a transaction of its own: the same content may be uploaded at this moment, which
    makes the file young again.
    """
    with transaction.atomic():
        _lock(name)
        if is_used(name) or modified_at(name) >= before:
            return False
        media_path(name).unlink(missing_ok=True)
    return True


def modified_at(name: str) -> float:
    """Time of the last change of a stored file; now for one that is gone."""
    try:
        return media_path(name).stat().st_mtime
    except FileNotFoundError:
        return time.time()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def remove_after_commit(name: str, *, unless: Callable[[], bool]) -> None:
    """Delete a file once the deletion of its row is certain, ``unless`` another row has it.

    Looks again in a transaction of its own: the same content may be uploaded at this moment.
    """

    def remove() -> None:
        with transaction.atomic(), suppress(OSError):
            _lock(name)
            if not unless():
                media_path(name).unlink(missing_ok=True)

    if name:
        transaction.on_commit(remove)
