"""Extra fields: blocks of bytes beside a name, of which some give a member another name, kind or contents.

Each tool knows other blocks: Python 3.13 takes a name from one, `unzip` and `bsdtar` take the kind of a member
from others and make links of files. Only blocks that are known to change nothing of this are accepted.
"""

from __future__ import annotations

import stat
import zlib
from typing import NamedTuple

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
        *(0xCAFE, 0xA11E, 0xD935),  # a mark of Java, padding of Apache and of Android
    }
)
_FLAG_UTF8 = 0x800
_LARGE = 0xFFFF_FFFF


def parse_extra(extra: bytes) -> dict[int, list[bytes]] | None:
    """The blocks of an extra field by their kind; ``None`` if one is cut off.

    Up to three bytes may follow, as tools pad with them to align data.
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


class ExtraFault(NamedTuple):
    """What is wrong with an extra field; ``reason`` is the end of a sentence about the member."""

    code: str
    reason: str


def find_extra_fault(
    parts: dict[int, list[bytes]], raw_name: bytes, flags: int
) -> ExtraFault | None:
    """Why some tool takes another name or kind from these blocks; ``None`` if no tool does."""
    for kind, blocks in parts.items():
        if kind in _HARMLESS or (kind == 0 and not any(map(any, blocks))):
            continue
        if kind == UNICODE_PATH:
            if not all(_repeats_name(block, raw_name, flags) for block in blocks):
                return ExtraFault(
                    "package.unicode-path",
                    "has a second name (extra field 0x7075), which some tools take",
                )
        elif kind == _ASI_UNIX:
            if not all(_is_plain_mode(block, raw_name) for block in blocks):
                return ExtraFault(
                    "package.extra-field", "is a link or a device by its extra field 0x756e"
                )
        else:
            return ExtraFault(
                "package.extra-field",
                f"has an extra field of a kind that may change what it is ({kind:#06x})",
            )
    return None


def _repeats_name(block: bytes, raw_name: bytes, flags: int) -> bool:
    """Whether a Unicode Path says what the entry says already, as JSZip writes it."""
    expected = b"\x01" + zlib.crc32(raw_name).to_bytes(4, "little") + raw_name
    return bool(flags & _FLAG_UTF8) and block == expected


def _is_plain_mode(block: bytes, raw_name: bytes) -> bool:
    """Whether the mode in Ant's extra field is that of a file or folder, as the name says."""
    if len(block) < 14:
        return False
    kind = stat.S_IFMT(int.from_bytes(block[4:6], "little"))
    return kind in (0, stat.S_IFDIR if raw_name.endswith(b"/") else stat.S_IFREG)


def take_zip64(parts: dict[int, list[bytes]], values: tuple[int, ...]) -> tuple[int, ...] | None:
    """``values`` with each 32-bit maximum replaced from the zip64 block, in their order.

    ``None`` if the block is missing, too short or there twice.
    """
    blocks = parts.get(ZIP64, [])
    if len(blocks) > 1:
        return None
    block = blocks[0] if blocks else b""
    found, place = [], 0
    for value in values:
        if value == _LARGE:
            if place + 8 > len(block):
                return None
            value = int.from_bytes(block[place : place + 8], "little")
            place += 8
        found.append(value)
    return tuple(found)
