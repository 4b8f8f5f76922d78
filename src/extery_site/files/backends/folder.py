"""The backend for a folder: files in ``media`` of the data folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.storage import FileSystemStorage

from extery.core.errors import Unavailable
from extery.core.files import fsync_directory
from extery.core.text import os_error_text
from extery_site.files.backends.base import ListedFile, OpenedFile, translated_errors
from extery_site.files.backends.ranges import FilePart


class FolderStorage(FileSystemStorage):
    """Django's storage in ``MEDIA_ROOT``, with atomic writes."""

    is_local = True

    def check(self) -> None:
        """Raise `Unavailable` if the folder cannot be created or written."""
        folder = Path(self.location)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            is_writable = os.access(folder, os.W_OK)
        except OSError as error:
            raise _unusable(folder, error) from error
        if not is_writable:
            raise _unusable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))

    def put(self, source: Path, name: str, *, media_type: str) -> None:
        """Move a file that is on the disk of this folder to its name."""
        place = self._path(name)
        with translated_errors():
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, place)
            fsync_directory(place.parent)

    def open_range(self, name: str, start: int = 0, stop: int | None = None) -> OpenedFile:
        """Open a file or a range of it; raises `OSError`."""
        file = self._path(name).open("rb")
        size = os.fstat(file.fileno()).st_size
        if start == 0 and stop is None:
            return OpenedFile(file, size)
        part = range(start, size if stop is None else min(stop, size))
        return OpenedFile(cast("BinaryIO", FilePart(file, part)), size)

    def find_size(self, name: str) -> int | None:
        """The size in bytes; ``None`` if there is no such file."""
        with suppress(FileNotFoundError), translated_errors():
            return self._path(name).stat().st_size
        return None

    def delete(self, name: str) -> None:
        """Delete a file, if there is one."""
        with translated_errors():
            self._path(name).unlink(missing_ok=True)

    def list_files(self, folder: str) -> Iterator[ListedFile]:
        """List the files below a folder; those that are deleted meanwhile are left out."""
        root = Path(self.location)
        for path in (root / folder).rglob("*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                if path.is_file():
                    yield ListedFile(
                        path.relative_to(root).as_posix(),
                        status.st_size,
                        datetime.fromtimestamp(status.st_mtime, UTC),
                    )

    def abort_unfinished(self, before: datetime) -> int:
        """Do nothing: a file is complete before it gets its name."""
        return 0

    def _path(self, name: str) -> Path:
        return Path(self.path(name))


def _unusable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable.of(
        "setting.storage", variant="folder", folder=str(folder), os_error=os_error_text(error)
    )
