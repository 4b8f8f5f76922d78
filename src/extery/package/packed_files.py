"""Packed files of archives that were written before: a new archive takes their bytes instead of compressing again.

A file is found by the SHA-256 of its content, and its packed bytes are verified by theirs, so a record that is
outdated or an archive that has changed costs time and never gives other bytes. Only records of the same codec are
used (`extery.package.codecs.Codec.id`): the result is what compressing again would give.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

_BLOCK = 1 << 20


class PackedRecord(NamedTuple):
    """Where the packed bytes of a file are in an archive.

    ``key`` identifies the file in the source folder (see `key_of`); ``size`` and ``crc`` are those of the member, and
    ``packed_sha256`` is the digest of its bytes in the archive. ``saved`` is that of `extery.package.writer.WrittenMember`.
    """

    key: bytes
    size: int
    crc: int
    method: int
    offset: int
    packed: int
    packed_sha256: bytes
    saved: int


def key_of(digest: bytes, transform_id: str) -> bytes:
    """Return the key of a file with this SHA-256, packed after this transform."""
    if not transform_id:
        return digest
    return hashlib.sha256(digest + transform_id.encode()).digest()


class PackedFiles:
    """The packed files of open archives, which can be read by several threads."""

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[BinaryIO, PackedRecord]] = {}
        self._sizes: set[int] = set()
        self._lock = threading.Lock()

    def has_size(self, size: int) -> bool:
        """Return whether a file of this size may be found: others need not be hashed before they are packed."""
        return size in self._sizes

    def add(self, archive: BinaryIO, records: Iterable[PackedRecord]) -> None:
        """Add the files of an archive, which must stay open; its bytes may change."""
        for record in records:
            self._found.setdefault(record.key, (archive, record))
            self._sizes.add(record.size)

    def find(self, key: bytes) -> PackedRecord | None:
        """Return the record of a file whose packed bytes are unchanged in their archive."""
        if key not in self._found:
            return None
        archive, record = self._found[key]
        digest = hashlib.sha256()
        for block in self._blocks(archive, record):
            digest.update(block)
        return record if digest.digest() == record.packed_sha256 else None

    def get(self, key: bytes) -> PackedRecord | None:
        """Return the record of a file; its packed bytes may have changed."""
        return self._found[key][1] if key in self._found else None

    def read(self, record: PackedRecord) -> bytes | None:
        """Return the packed bytes of a small file, if they are unchanged in their archive."""
        data = b"".join(self._blocks(self._found[record.key][0], record))
        return data if hashlib.sha256(data).digest() == record.packed_sha256 else None

    def blocks(self, record: PackedRecord) -> Iterator[bytes]:
        """Yield the packed bytes of a file; the caller verifies them."""
        return self._blocks(self._found[record.key][0], record)

    def _blocks(self, archive: BinaryIO, record: PackedRecord) -> Iterator[bytes]:
        offset, end = record.offset, record.offset + record.packed
        while offset < end:
            block = self._read_at(archive, min(_BLOCK, end - offset), offset)
            if not block:
                return
            yield block
            offset += len(block)

    def _read_at(self, archive: BinaryIO, size: int, offset: int) -> bytes:
        try:
            if hasattr(os, "pread"):
                return os.pread(archive.fileno(), size, offset)
            with self._lock:
                archive.seek(offset)
                return archive.read(size)
        except OSError:  # the archive is not needed
            return b""
