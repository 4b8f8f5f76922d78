"""The bytes of unfinished uploads: one object of the storage for each chunk, so that every process can go on.

An object is written under a new name before its row refers to it, so a killed process leaves an object that nothing
refers to, and no row without its object. `remove` and `remove_leftovers` delete objects.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from extery_site.files.backends.base import get_storage, translated_errors
from extery_site.files.storage import incoming_folder
from extery_site.publish.models import PackageUpload

FOLDER = "uploads"
_BLOCK = 1 << 20
#: Keys that one query looks up.
_KEYS = 500


class ReceivedChunk(NamedTuple):
    """A chunk in a temporary file."""

    path: Path
    size: int
    digest: bytes
    """Its SHA-256."""


@contextmanager
def received(source: BinaryIO, *, max_size: int) -> Iterator[ReceivedChunk | None]:
    """Receive a chunk into a temporary file; ``None`` if it has more than ``max_size`` bytes.

    Raises `Unavailable` if the disk fails.
    """
    path = None
    try:
        with translated_errors():
            handle, name = tempfile.mkstemp(dir=incoming_folder(), suffix=".part")
            path = Path(name)
            digest, size = hashlib.sha256(), 0
            with os.fdopen(handle, "wb") as file:
                while size <= max_size and (block := source.read(_BLOCK)):
                    size += len(block)
                    digest.update(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
        yield None if size > max_size else ReceivedChunk(path, size, digest.digest())
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


def put(upload: PackageUpload, chunk: ReceivedChunk) -> str:
    """Write a chunk to the storage, under a new name, which is returned."""
    name = f"{FOLDER}/{upload.key}/{secrets.token_hex(8)}"
    get_storage().put(chunk.path, name, media_type="application/octet-stream")
    return name


def delete(name: str) -> None:
    """Delete one chunk."""
    get_storage().delete(name)


@contextmanager
def assembled(upload: PackageUpload) -> Iterator[tuple[BinaryIO, str]]:
    """Join the chunks of a complete upload in a temporary file; yields it with its SHA-256.

    Raises `Unavailable` if the storage fails or has lost a chunk.
    """
    digest = hashlib.sha256()
    with tempfile.TemporaryFile(dir=incoming_folder()) as file:
        for name, _ in upload.chunks:
            with _translated_missing(), get_storage().open_range(name).stream as stream:
                while block := stream.read(_BLOCK):
                    digest.update(block)
                    file.write(block)
        file.seek(0)
        yield cast("BinaryIO", file), digest.hexdigest()


@contextmanager
def _translated_missing() -> Iterator[None]:
    """Raise `Unavailable` for a chunk that is not there, too."""
    try:
        with translated_errors():
            yield
    except FileNotFoundError as error:
        with translated_errors():
            raise OSError(error.errno, "a chunk of the upload is missing") from error


def remove(upload: PackageUpload) -> None:
    """Delete all chunks of an upload, also those that its row does not have."""
    for file in list(get_storage().list_files(f"{FOLDER}/{upload.key}")):
        get_storage().delete(file.name)


def remove_leftovers(*, before: datetime) -> int:
    """Delete chunks from before then whose upload has no row any more; return their number.

    Raises `Unavailable` if the storage cannot be listed.
    """
    found: dict[str, list[str]] = {}
    for file in list(get_storage().list_files(FOLDER)):
        if file.modified_at < before:
            found.setdefault(file.name.split("/")[1], []).append(file.name)
    number = 0
    keys = sorted(found)
    for start in range(0, len(keys), _KEYS):
        batch = keys[start : start + _KEYS]
        known = set(PackageUpload.objects.filter(key__in=batch).values_list("key", flat=True))
        for key in batch:
            for name in () if key in known else found[key]:
                get_storage().delete(name)
                number += 1
    return number
