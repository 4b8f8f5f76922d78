"""Identifies a file that is not a readable zip by its first bytes."""

from __future__ import annotations

from typing import BinaryIO

from extery.core.errors import InvalidPackage, Where
from extery.package.directory import END_SIGNATURE, LOCAL_SIGNATURE

# The end record has 22 bytes and a comment of at most 64 KiB behind it.
_END_REACH = 22 + (1 << 16)
_FORMATS = {
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ\x00": "an .xz file, the package form of early 2024",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"BLENDER": "a .blend file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<!doctype": "a web page",
    b"bl_info": "a Python file",
    b"version https://git-lfs": "a Git LFS pointer, not the file that it stands for",
}
_HINTS = {
    "a Git LFS pointer, not the file that it stands for": "run 'git lfs pull', then build again",
}


#: Where other formats have their marks, which `bsdtar` believes before it looks for a zip.
_MARKS = ((257, b"ustar", "a tar archive"), (32769, b"CD001", "an image of a disc"))


def check_polyglot(file: BinaryIO, size: int, name: str) -> None:
    """Raise `InvalidPackage` for a zip that is an archive of another format as well."""
    file.seek(0)
    if file.read(4) != LOCAL_SIGNATURE:
        return
    for offset, mark, what in _MARKS:
        if offset + len(mark) > size:
            continue
        file.seek(offset)
        if file.read(len(mark)) == mark:
            raise InvalidPackage.of(
                "package.prefix-data",
                f"{name} is {what} as well as a zip, so tools unpack different files",
                hint="build it again with an ordinary tool, for example 'extery build'",
                where=Where(name),
            )


def not_a_zip(file: BinaryIO, size: int, name: str, error: InvalidPackage) -> InvalidPackage:
    """The error that says what a file is; ``error`` itself where it is a zip of which more is known."""
    file.seek(0)
    start = file.read(512)
    file.seek(max(0, size - _END_REACH))
    has_end = END_SIGNATURE in file.read(_END_REACH)
    where = Where(name)
    if not size:
        return InvalidPackage.of(
            "package.empty", f"{name} is empty", hint="download or build it again", where=where
        )
    if start.startswith(LOCAL_SIGNATURE) and not has_end:
        return InvalidPackage.of(
            "package.truncated",
            f"{name} is cut off: it begins like a zip but has no directory at its end",
            hint=f"only {size:,} bytes arrived; download or copy it again",
            where=where,
        )
    if start.startswith(LOCAL_SIGNATURE) or has_end:
        return error
    what = next((text for magic, text in _FORMATS.items() if start.lstrip().startswith(magic)), "")
    if start[257:262] == b"ustar":
        what = "a tar archive"
    return InvalidPackage.of(
        "package.not-zip",
        f"{name} is not a zip archive" + (f" but {what}" if what else ""),
        hint=_HINTS.get(what, "pack the folder with 'extery build', which makes a zip"),
        where=where,
    )
