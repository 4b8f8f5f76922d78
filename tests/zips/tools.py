"""Zips as different tools write them, for tests of deltas."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache

from extery.package.writer import SourceFile, write_zip

Files = Mapping[str, bytes]
Writer = Callable[[Files, int], bytes]
"""Writes files with a time stamp, a number of days."""


def noise(size: int, seed: object) -> bytes:
    """Return bytes that cannot be compressed."""
    return random.Random(repr(seed)).randbytes(size)


@lru_cache(maxsize=64)
def text(size: int, seed: Hashable) -> bytes:
    """Return lines that can be compressed."""
    chance = random.Random(repr(seed))
    lines = []
    while size > 0:
        lines.append(f"value_{chance.randrange(1000)} = {chance.random()}\n".encode())
        size -= len(lines[-1])
    return b"".join(lines)


def by_extery(files: Files, day: int = 0) -> bytes:
    """Write as `extery build` does."""
    file = io.BytesIO()
    members = [SourceFile(name, len(data), data) for name, data in files.items()]
    write_zip(file, members, threads=1)
    return file.getvalue()


def _date(day: int) -> tuple[int, int, int, int, int, int]:
    return (2024, 1 + day % 12, 1 + day % 28, day % 24, 0, 0)


def by_zipfile(files: Files, day: int = 0) -> bytes:
    """Write as Blender's command does: deflated, wheels stored."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _date(day))
            is_stored = name.endswith((".whl", ".png", "/"))
            info.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return file.getvalue()


class _Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def by_stream(files: Files, day: int = 0) -> bytes:
    """Write with data descriptors, as to a pipe."""
    file = _Unseekable()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            with archive.open(zipfile.ZipInfo(name, _date(day)), "w") as member:
                member.write(data)
    return file.getvalue()


def by_zip64(files: Files, day: int = 0) -> bytes:
    """Write with zip64 fields in local headers, for sizes that are not known before."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _date(day))
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                member.write(data)
    return file.getvalue()


def by_info_zip(files: Files, day: int = 0) -> bytes:
    """Write extra fields with times, as Info-ZIP and git do, and a comment."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _date(day))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.extra = b"UT\x05\x00\x01" + (1_700_000_000 + day * 86_400).to_bytes(4, "little")
            archive.writestr(info, data)
        archive.comment = b"made for a test"
    return file.getvalue()


WRITERS: dict[str, Writer] = {
    "extery": by_extery,
    "zipfile": by_zipfile,
    "stream": by_stream,
    "zip64": by_zip64,
    "info-zip": by_info_zip,
}


def wheel(name: str, files: Files, writer: Writer = by_zipfile) -> dict[str, bytes]:
    """Return a wheel as a file of a package."""
    return {f"wheels/{name}": writer(files, 0)}
