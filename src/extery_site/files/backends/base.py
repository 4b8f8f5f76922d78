"""The interface of storage backends: whole files, ranges and lists, in addition to Django's `Storage`.

`folder` and `s3` implement it. The backend in use is Django's ``storages["default"]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, cast

from django.core.files.storage import storages

from extery.core.errors import Unavailable
from extery.core.text import os_error_text


@dataclass(frozen=True)
class ListedFile:
    """A file as the storage lists it."""

    name: str
    size: int
    modified_at: datetime


class OpenedFile(NamedTuple):
    """A file, or a part of one, opened for reading."""

    stream: BinaryIO
    size: int
    """The size of the whole file."""


class FileStorage(Protocol):
    """A folder or a bucket. Names are relative and use ``/``.

    Every method raises `Unavailable` if the storage fails or does not answer in time; `open_range`
    of a folder raises `OSError`.
    """

    is_local: bool
    """Whether files are on this machine: stored by a rename, and sent by the server itself."""

    def check(self) -> None:
        """Raise `Unavailable` with the reason and a cure if the storage cannot be used."""

    def put(self, source: Path, name: str, *, media_type: str) -> None:
        """Store a whole file, in place of one with this name; a local storage moves ``source``."""

    def open_range(self, name: str, start: int = 0, stop: int | None = None) -> OpenedFile:
        """Open a file, or the bytes from ``start`` up to ``stop``; raises `FileNotFoundError`."""

    def find_size(self, name: str) -> int | None:
        """The size in bytes; ``None`` if there is no such file."""

    def delete(self, name: str) -> None:
        """Delete a file, if there is one with this name."""

    def list_files(self, folder: str) -> Iterator[ListedFile]:
        """List all files below a folder."""

    def abort_unfinished(self, before: datetime) -> int:
        """Remove parts of uploads that were started before then and never finished."""


def get_storage() -> FileStorage:
    """The storage of ``EXTERY_STORAGE``."""
    return cast("FileStorage", storages["default"])


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise `Unavailable` for what the operating system reports, except for a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unavailable.of("storage.unavailable", os_error=os_error_text(error)) from error
