"""Recognize files that are not zips, and zips that are files of another format as well."""

from __future__ import annotations

from typing import BinaryIO

from extery.core.errors import InvalidPackage, Where
from extery.package.zip_format import END_SIGNATURE, LOCAL_SIGNATURE

# The end record has 22 bytes and a comment of at most 64 KiB.
_MAX_END = 22 + (1 << 16)
#: First bytes of a file -> variant of ``package.not-zip``.
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"BLENDER": "blend",
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"<!DOCTYPE": "html",
    b"<html": "html",
    b"<!doctype": "html",
    b"bl_info": "python",
    b"version https://git-lfs": "git-lfs",
}
_TAR_OFFSET, _TAR_MAGIC = 257, b"ustar"
#: Offset and magic of formats that `bsdtar` recognizes before it looks for a zip, and variants of
#: ``package.prefix-data``.
_POLYGLOTS = ((_TAR_OFFSET, _TAR_MAGIC, "tar"), (32769, b"CD001", "iso"))


def is_polyglot(data: bytes) -> bool:
    """Return whether a whole zip is an archive of another format as well."""
    return any(data.startswith(magic, offset) for offset, magic, _ in _POLYGLOTS)


def check_polyglot(file: BinaryIO, size: int, name: str) -> None:
    """Raise `InvalidPackage` for a zip that is an archive of another format as well."""
    file.seek(0)
    if file.read(4) != LOCAL_SIGNATURE:
        return
    for offset, magic, variant in _POLYGLOTS:
        if offset + len(magic) > size:
            continue
        file.seek(offset)
        if file.read(len(magic)) == magic:
            raise InvalidPackage.of(
                "package.prefix-data", where=Where(name), variant=variant, file=name
            )


def identify_format(file: BinaryIO, size: int, name: str) -> InvalidPackage | None:
    """Return the error for a file that is empty, cut off or not a zip; ``None`` if it seems to be one."""
    file.seek(0)
    start = file.read(512)
    file.seek(max(0, size - _MAX_END))
    has_end = END_SIGNATURE in file.read(_MAX_END)
    where = Where(name)
    if not size:
        return InvalidPackage.of("package.empty", where=where, file=name)
    if start.startswith(LOCAL_SIGNATURE) and not has_end:
        return InvalidPackage.of("package.truncated", where=where, file=name, size=size)
    if start.startswith(LOCAL_SIGNATURE) or has_end:
        return None
    beginning = start.lstrip()
    variant = next((text for magic, text in _MAGIC.items() if beginning.startswith(magic)), "")
    if start[_TAR_OFFSET : _TAR_OFFSET + len(_TAR_MAGIC)] == _TAR_MAGIC:
        variant = "tar"
    return InvalidPackage.of("package.not-zip", where=where, variant=variant, file=name)
