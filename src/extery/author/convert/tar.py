"""Unpack a tar of the first months of 2024, when packages were ``.txz``, within limits of size and memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from extery.core.errors import InvalidPackage, Where
from extery.core.files import format_size, open_regular
from extery.core.text import os_error_text
from extery.package.archive import MAX_MEMBERS
from extery.package.names import find_name_issue, quote_name

#: Unpacked; packages of that time had some megabytes.
MAX_BYTES = 500_000_000
#: Of the decompressor, in bytes; xz at its highest level needs 65 MB.
_MAX_MEMORY = 200_000_000
_BLOCK = 1 << 18


@contextmanager
def unpacked_tar(path: Path) -> Iterator[dict[str, Path]]:
    """Yield the ordinary files of a tar by name, unpacked into a temporary folder under names of ours.

    Raises `InvalidPackage` if it is none, exceeds a limit, or has names that are unsafe or not portable.
    """
    with TemporaryDirectory(prefix="extery-convert-") as name:
        folder = Path(name)
        plain = folder / "plain.tar"
        try:
            with open_regular(path) as packed, plain.open("wb") as unpacked:
                _decompress(packed, unpacked, path.name)
            with tarfile.open(plain, "r:") as tar:
                yield dict(_members(tar, folder, path.name))
        except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
            raise _invalid(path.name, str(error)) from error
        except OSError as error:
            raise _invalid(path.name, os_error_text(error)) from error


def _invalid(name: str, reason: str) -> InvalidPackage:
    return InvalidPackage.of("convert.not-tar", where=Where(name), file=name, reason=reason)


def _decompress(packed: BinaryIO, unpacked: BinaryIO, name: str) -> None:
    head = packed.read(6)
    packed.seek(0)
    if head.startswith(b"\x1f\x8b"):
        blocks = _blocks_of(gzip.GzipFile(fileobj=packed))  # type: ignore[arg-type]
    elif head.startswith(b"\xfd7zXZ"):
        blocks = _decompressed(packed, lzma.LZMADecompressor(memlimit=_MAX_MEMORY))
    elif head.startswith(b"BZh"):
        blocks = _decompressed(packed, bz2.BZ2Decompressor())
    else:
        blocks = _blocks_of(packed)
    total = 0
    for block in blocks:
        total += len(block)
        if total > MAX_BYTES:
            limit = format_size(MAX_BYTES)
            raise InvalidPackage.of("convert.too-large", where=Where(name), path=name, limit=limit)
        unpacked.write(block)


def _blocks_of(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _decompressed(
    packed: BinaryIO, decompressor: lzma.LZMADecompressor | bz2.BZ2Decompressor
) -> Iterator[bytes]:
    while not decompressor.eof:
        data = b""
        if decompressor.needs_input:
            data = packed.read(_BLOCK)
            if not data:
                raise EOFError("it is cut off")
        yield decompressor.decompress(data, _BLOCK)


def _members(tar: tarfile.TarFile, folder: Path, archive: str) -> Iterator[tuple[str, Path]]:
    seen = set()
    for number, member in enumerate(tar):
        if number > MAX_MEMBERS:
            raise InvalidPackage.of(
                "convert.too-large",
                where=Where(archive),
                variant="files",
                path=archive,
                limit=MAX_MEMBERS,
            )
        name = member.name.removeprefix("./")
        if not member.isreg():
            continue
        if issue := find_name_issue(name):
            raise InvalidPackage(
                issue.to_problem(where=Where(archive, (name,)), path=quote_name(name))
            )
        if name.lower() in seen:
            raise _invalid(archive, f"two members have the name {quote_name(name)}")
        seen.add(name.lower())
        stream = tar.extractfile(member)
        target = folder / str(number)
        assert stream is not None
        with stream, target.open("xb") as file:
            for block in _blocks_of(stream):  # type: ignore[arg-type]
                file.write(block)
        yield name, target
