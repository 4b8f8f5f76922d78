"""How packages and images are stored, under the hash of their content. No other module opens them.

A file is received into a temporary file and hashed (`stage_file`). Its row, a `StoredFile`, is
written in the transaction of the row that refers to it (`StagedFile.store`), under a lock that
everything holds which stores or removes the file: so a file that a row refers to is always
complete in the storage. Its name there follows from its hash (`extery_site.files.layout`), and its
bytes are in a folder or on an S3 server (`extery_site.files.backends`), as ``EXTERY_STORAGE`` says
(`extery_site.project.storage_address`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

from django.conf import settings
from django.db import DatabaseError, transaction

from extery.core.errors import InvalidInput, Unavailable
from extery.core.files import format_size, hash_file
from extery.core.text import os_error_text
from extery_site.files.backends.base import get_storage, translated_errors
from extery_site.files.layout import LAYOUTS, FileKind
from extery_site.files.models import StoredFile
from extery_site.project.database import lock_transaction
from extery_site.ui.labels import short_hash

logger = logging.getLogger(__name__)

_BLOCK = 1 << 20


class StagedFile:
    """A complete temporary file that is not stored yet."""

    def __init__(self, path: Path, sha256: str, size: int, kind: FileKind) -> None:
        self.path = path
        self.sha256 = sha256
        self.size = size
        self.kind = kind
        self._is_put = False

    def upload(self) -> None:
        """Transfer the file to a remote storage. Call it before the transaction.

        Saves `store` from doing it while the database is locked; on a folder there is nothing to do.
        """
        if not get_storage().is_local:
            self._put(LAYOUTS[self.kind].name(self.sha256))

    def store(self) -> StoredFile:
        """Store the file and its row. Call it in the transaction of the row that refers to it."""
        _lock(self.sha256)
        storage = get_storage()
        file, _ = StoredFile.objects.get_or_create(
            sha256=self.sha256, defaults={"size": self.size, "kind": self.kind}
        )
        # Between `upload` and the lock, a removal of the same content may have deleted it.
        if storage.is_local or storage.find_size(file.name) != self.size:
            self._put(file.name)
        return file

    def undo(self) -> None:
        """Remove the file from the storage, unless it has a row, which another upload may have written."""
        if self._is_put:
            # If the database fails, an orphan file is better than a missing one.
            with suppress(DatabaseError, Unavailable), transaction.atomic():
                _lock(self.sha256)
                if not StoredFile.objects.filter(pk=self.sha256).exists():
                    get_storage().delete(LAYOUTS[self.kind].name(self.sha256))

    def _put(self, name: str) -> None:
        self._is_put = True
        get_storage().put(self.path, name, media_type=LAYOUTS[self.kind].media_type)


@contextmanager
def stage_file(
    source: BinaryIO, kind: FileKind, *, max_size: int | None = None
) -> Iterator[StagedFile]:
    """Receive ``source`` into a temporary file, hashed on the way.

    If the block raises, what it has put into the storage is removed again. Raises `InvalidInput`
    for more than ``max_size`` bytes, `Unavailable` if the disk or the storage fails.
    """
    path = None
    try:
        with translated_errors():
            handle, name = tempfile.mkstemp(dir=incoming_folder(), suffix=".part")
            path = Path(name)
            sha256, size = _receive(source, handle, max_size)
            path.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        stage = StagedFile(path, sha256, size, kind)
        try:
            yield stage
        except BaseException:
            stage.undo()
            raise
    finally:
        if path is not None:
            path.unlink(missing_ok=True)


def incoming_folder() -> Path:
    """The folder of files that are being received, on the disk of the media folder."""
    folder = Path(settings.MEDIA_ROOT, "incoming")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _receive(source: BinaryIO, handle: int, max_size: int | None) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(handle, "wb") as file:
        for block in _blocks(source):
            size += len(block)
            if max_size is not None and size > max_size:
                raise InvalidInput.of("storage.too-large", max_size=format_size(max_size))
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def open_file(file: StoredFile) -> BinaryIO:
    """Open a stored file for reading; raises `OSError`, of S3 `FileNotFoundError` only."""
    return get_storage().open_range(file.name).stream


def exists(file: StoredFile) -> bool:
    """Whether the storage has the file, with the size that was stored."""
    return get_storage().find_size(file.name) == file.size


@dataclass(frozen=True)
class Fault:
    """The difference of a stored file from its row.

    ``values`` are those of a problem: ``os_error`` if the file is unreadable, ``actual`` and
    ``expected`` if its size or hash differs.
    """

    kind: Literal["missing", "unreadable", "size", "hash"]
    values: Mapping[str, Any] = field(default_factory=dict)


def find_fault(file: StoredFile) -> Fault | None:
    """Compare size and hash of a stored file with its row; return ``None`` if both are equal.

    Raises `Unavailable` if an S3 server does not answer.
    """
    try:
        opened = get_storage().open_range(file.name)
        with opened.stream as stream:
            if opened.size != file.size:
                return Fault("size", {"actual": opened.size, "expected": file.size})
            digest, _ = hash_file(stream)
    except FileNotFoundError:
        return Fault("missing")
    except OSError as error:
        return Fault("unreadable", {"os_error": os_error_text(error)})
    if digest == file.sha256:
        return None
    return Fault("hash", {"actual": short_hash(digest), "expected": short_hash(file.sha256)})


def release(*files: StoredFile | None) -> None:
    """Remove files after the commit, unless other rows refer to them. Ignores ``None``."""
    for sha256 in {file.pk for file in files if file is not None}:
        transaction.on_commit(partial(remove_unreferenced, sha256))


def remove_unreferenced(sha256: str) -> bool:
    """Remove a file and its row unless a row refers to it; whether it was removed.

    A storage that fails leaves both: `extery_site.files.cleanup` tries again.
    """
    try:
        with transaction.atomic():
            _lock(sha256)
            file = StoredFile.objects.select_for_update().filter(pk=sha256).first()
            if file is None or file.is_referenced():
                return False
            name = file.name
            file.delete()
            get_storage().delete(name)
    except (DatabaseError, Unavailable) as error:
        logger.warning("the file %s was not removed: %s", sha256, error)
        return False
    return True


def remove_without_row(name: str, sha256: str) -> bool:
    """Remove a file of the storage that has no row; whether it was removed."""
    with transaction.atomic():
        _lock(sha256)
        file = StoredFile.objects.filter(pk=sha256).first()
        if file is not None and file.name == name:
            return False
        get_storage().delete(name)
    return True


def _lock(sha256: str) -> None:
    """Lock this file against storing and removing until the transaction ends."""
    lock_transaction(f"file {sha256}")
