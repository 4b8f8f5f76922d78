"""What a file is by its first bytes: an archive, a program, a library, bytecode; and the wheels of a manifest."""

from __future__ import annotations

import posixpath
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extery.rules.context import RuleContext

LFS_START = b"version https://git-lfs"

#: First bytes -> name of the archive format.
_ARCHIVES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"MSCF\0\0\0\0": "CAB",
}
_TAR_OFFSET, _TAR_MAGIC = 257, b"ustar"
#: First bytes of compressed data. Only its name says whether a tar is in it: .blend files are compressed as well.
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_TAR_SUFFIXES = (
    *(".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"),
)
#: Suffixes of documents and data that use the zip format and are not archives to users.
_DOCUMENTS = frozenset(
    {
        *(".usdz", ".3mf", ".kra", ".ora", ".npz", ".pt", ".pth", ".keras", ".fcstd", ".kmz"),
        *(".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".odg", ".epub", ".mxl", ".sketch"),
    }
)
_WHEEL = ".whl"

_MACH_O = (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
_MACH_O_FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
#: A Java class has the same first bytes, and then its version, which is above this number of processors.
_MAX_FAT = 30
_LIBRARY_SUFFIXES = (".so", ".dylib", ".bundle", ".pyd", ".dll", ".node", ".a", ".o", ".lib")
#: The numbers with which bytecode of Python 3 begins, see `importlib.util.MAGIC_NUMBER`.
_BYTECODE = range(3000, 3800)
_BYTECODE_SUFFIXES = (".pyc", ".pyo")


def is_wheel(name: str) -> bool:
    """Whether a file is a wheel by its name; the rules in `extery.rules.wheels` are about them."""
    return name.lower().endswith(_WHEEL)


def listed_wheels(context: RuleContext) -> frozenset[str]:
    """Return the paths of the wheels that the manifest lists."""
    return frozenset(posixpath.normpath(wheel.lstrip("/")) for _, wheel in context.wheels())


def archive_format(name: str, head: bytes) -> str:
    """Return the format of an archive with files inside, such as ``zip``, or an empty string."""
    lower = name.lower()
    if lower.endswith(_WHEEL) or posixpath.splitext(lower)[1] in _DOCUMENTS:
        return ""
    for magic, text in _ARCHIVES.items():
        if head.startswith(magic):
            return text
    if head[_TAR_OFFSET : _TAR_OFFSET + len(_TAR_MAGIC)] == _TAR_MAGIC:
        return "tar"
    if lower.endswith(_TAR_SUFFIXES):
        return next(
            (f"tar, {text}" for magic, text in _COMPRESSED.items() if head.startswith(magic)), ""
        )
    return ""


def native_format(head: bytes) -> str:
    """Return ``ELF``, ``PE`` or ``Mach-O`` for machine code, or an empty string."""
    if head.startswith(b"\x7fELF"):
        return "ELF"
    if head.startswith(_MACH_O):
        return "Mach-O"
    if head.startswith(_MACH_O_FAT) and 0 < int.from_bytes(head[4:8], "big") <= _MAX_FAT:
        return "Mach-O"
    return "PE" if _is_pe(head) else ""


def _is_pe(head: bytes) -> bool:
    """Whether it is a Windows program: text can begin with ``MZ`` too, so the header must be where it is stated."""
    if not head.startswith(b"MZ") or len(head) < 64:
        return False
    (offset,) = struct.unpack_from("<L", head, 0x3C)
    return (
        bool(offset + 4 > len(head) or head[offset : offset + 4] == b"PE\0\0") and offset < 1 << 16
    )


def is_library(name: str) -> bool:
    """Whether machine code is a library by its name, ``libgears.so.1`` too; others are programs."""
    base = name.rpartition("/")[2].lower()
    return base.endswith(_LIBRARY_SUFFIXES) or ".so." in base


def is_bytecode(name: str, head: bytes) -> bool:
    """Whether a file is compiled Python, by its name or its first bytes."""
    if name.lower().endswith(_BYTECODE_SUFFIXES):
        return True
    return (
        head[2:4] == b"\r\n" and int.from_bytes(head[:2], "little") in _BYTECODE and b"\0" in head
    )
