"""What the last build of a folder has packed, so that the next one packs only the files that have changed.

One file for each source folder in the user's cache says where the packed bytes of each file are in the packages of its
last build. It is a hint: `extery.package.packed_files` verifies all that is taken from there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from extery import __version__
from extery.core.cache_folder import cache_folder
from extery.core.files import open_regular, read_regular
from extery.package.codecs import Codec
from extery.package.packed_files import PackedFiles, PackedRecord

#: Number of source folders whose last build is remembered.
MAX_FOLDERS = 200
_MAX_BYTES = 32_000_000
_DIGEST = 64


def record_of(source: Path) -> Path | None:
    """Return the path of the record for a source folder; ``None`` if the user has no cache folder."""
    try:
        folder = cache_folder()
    except RuntimeError:
        return None
    name = hashlib.sha256(os.fsencode(source)).hexdigest()[:32]
    return folder / "builds" / f"{name}.json"


@contextmanager
def open_last_build(record: Path | None, codec: Codec) -> Iterator[PackedFiles]:
    """Yield the packed files of the last build with the same codec; none if there was no such build."""
    packed = PackedFiles()
    with ExitStack() as stack:
        for path, records in _read(record, codec) if record else ():
            with suppress(OSError):
                packed.add(stack.enter_context(open_regular(Path(path))), records)
        yield packed


def _read(record: Path, codec: Codec) -> list[tuple[str, list[PackedRecord]]]:
    """Return the packages of the record with their files; nothing if it cannot be used."""
    try:
        data = read_regular(record, limit=_MAX_BYTES)
        digest, body = data[:_DIGEST], data[_DIGEST:]
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return []
        document = json.loads(body)
        if document["format"] != _format(codec):
            return []
        return [
            (package["path"], [_parse(row) for row in package["files"]])
            for package in document["packages"]
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _format(codec: Codec) -> str:
    return f"extery {__version__} build 1 {codec.id}"


def _parse(row: list[Any]) -> PackedRecord:
    key, size, crc, method, offset, packed, digest, saved = row
    return PackedRecord(
        bytes.fromhex(key), size, crc, method, offset, packed, bytes.fromhex(digest), saved
    )


def save_build(
    record: Path | None, codec: Codec, packages: Sequence[tuple[Path, Sequence[PackedRecord]]]
) -> None:
    """Remember what was packed. A cache that cannot be written is no error: the next build packs all files."""
    if record is None:
        return
    rows = [
        {
            "path": str(path),
            "files": [[r.key.hex(), *r[1:6], r.packed_sha256.hex(), r.saved] for r in records],
        }
        for path, records in packages
    ]
    body = json.dumps({"format": _format(codec), "packages": rows}).encode()
    with suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        # Not flushed to the disk: after a power cut its checksum tells that it is not whole.
        new = record.with_suffix(f".{os.getpid()}.new")
        new.write_bytes(hashlib.sha256(body).hexdigest().encode() + body)
        os.replace(new, record)
        _remove_old(record.parent)


def _remove_old(folder: Path) -> None:
    """Remove the records of the folders that were not built for the longest time."""
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime, entry.path) for entry in entries]
    for _, path in sorted(found)[:-MAX_FOLDERS]:
        with suppress(OSError):
            os.unlink(path)
