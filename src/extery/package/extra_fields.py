"""Extra fields: blocks of bytes next to a member's name, some of which give it another name, kind or contents.

Each tool reads other blocks: Python 3.13 takes a name from one, `unzip` and `bsdtar` take the kind of a member
from others and create links. Only blocks that are known to change nothing of this are accepted.
"""

from __future__ import annotations

import stat
import zlib

from extery.package.issue import Issue
from extery.package.zip_format import FLAG_UTF8, IN_ZIP64_32

ZIP64 = 0x0001
UNICODE_PATH = 0x7075
_ASI_UNIX = 0x756E
#: Times, owners, checksums, comments, access rights, and padding.
_HARMLESS = frozenset(
    {
        ZIP64,
        *(0x000A, 0x5455),  # times: NTFS, Unix
        *(0x5855, 0x7855, 0x7875),  # owners, in Info-ZIP's three forms
        *(0x4453, 0x6375),  # access rights of NTFS, a comment in UTF-8
        *(0xCAFE, 0xA11E, 0xD935),  # a marker of Java, padding of Apache and of Android
    }
)


def parse_extra_field(extra: bytes) -> dict[int, list[bytes]] | None:
    """Return the blocks of an extra field by their kind, or ``None`` if one is cut off.

    Up to three bytes may follow: some tools pad with them to align data.
    """
    parts: dict[int, list[bytes]] = {}
    place = 0
    while place + 4 <= len(extra):
        kind = int.from_bytes(extra[place : place + 2], "little")
        end = place + 4 + int.from_bytes(extra[place + 2 : place + 4], "little")
        if end > len(extra):
            return None
        parts.setdefault(kind, []).append(extra[place + 4 : end])
        place = end
    return parts


def find_extra_issue(parts: dict[int, list[bytes]], raw_name: bytes, flags: int) -> Issue | None:
    """Return why some tool takes another name or kind from these blocks, or ``None``."""
    for kind, blocks in parts.items():
        if kind in _HARMLESS or (kind == 0 and not any(map(any, blocks))):
            continue
        if kind == UNICODE_PATH:
            if not all(_repeats_name(block, raw_name, flags) for block in blocks):
                return Issue("package.unicode-path", "second-name")
        elif kind == _ASI_UNIX:
            if not all(_is_plain_mode(block, raw_name) for block in blocks):
                return Issue("package.extra-field", "unix-mode")
        else:
            return Issue("package.extra-field", "unknown-field", {"kind": kind})
    return None


def _repeats_name(block: bytes, raw_name: bytes, flags: int) -> bool:
    """Whether a Unicode Path block repeats the name of the entry, as JSZip writes it."""
    expected = b"\x01" + zlib.crc32(raw_name).to_bytes(4, "little") + raw_name
    return bool(flags & FLAG_UTF8) and block == expected


def _is_plain_mode(block: bytes, raw_name: bytes) -> bool:
    """Whether the mode in Ant's extra field is that of a file or folder, as the name requires."""
    if len(block) < 14:
        return False
    kind = stat.S_IFMT(int.from_bytes(block[4:6], "little"))
    return kind in (0, stat.S_IFDIR if raw_name.endswith(b"/") else stat.S_IFREG)


def take_zip64(parts: dict[int, list[bytes]], values: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return ``values`` with each 32-bit maximum replaced from the zip64 block, in their order.

    ``None`` if the block is missing, too short or duplicated.
    """
    blocks = parts.get(ZIP64, [])
    if len(blocks) > 1:
        return None
    block = blocks[0] if blocks else b""
    sizes, place = [], 0
    for value in values:
        if value == IN_ZIP64_32:
            if place + 8 > len(block):
                return None
            value = int.from_bytes(block[place : place + 8], "little")
            place += 8
        sizes.append(value)
    return tuple(sizes)
