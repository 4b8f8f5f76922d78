"""How many pixels an image has, by the first bytes of its file: nothing is decoded."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

#: Bytes that are enough for every format but JPEG.
HEAD_BYTES = 512
#: A JPEG has metadata before its size, in segments of 64 KB.
JPEG_BYTES = 1 << 20
_JPEG = b"\xff\xd8\xff"
#: Markers of a JPEG with its size; the others between them mean something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MAX_SEGMENTS = 1_000
#: Resolution of Radiance's HDR, such as ``-Y 512 +X 1024``.
_RADIANCE = re.compile(rb"\n\n?[-+]([XY]) (\d{1,9}) [-+]([XY]) (\d{1,9})\n")
_EXR_WINDOW = b"dataWindow\0box2i\0\x10\0\0\0"
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257


class ImageSize(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def is_jpeg(head: bytes) -> bool:
    """Whether a file is a JPEG, whose size may be after `HEAD_BYTES`."""
    return head.startswith(_JPEG)


def image_size(head: bytes) -> ImageSize | None:
    """Return the size that the first bytes of an image state; ``None`` for other files, and if it is not in them.

    PNG, JPEG, WebP, GIF, BMP, TIFF, Photoshop, Radiance's HDR and OpenEXR are known: what Blender opens, but for rare formats.
    """
    try:
        return _read(head)
    except (struct.error, IndexError):  # it is shorter than it should be
        return None


def _read(head: bytes) -> ImageSize | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return ImageSize(*struct.unpack_from(">II", head, 16))
    if is_jpeg(head):
        return _jpeg(head)
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ImageSize(*struct.unpack_from("<HH", head, 6))
    if head.startswith(b"BM"):
        return _bmp(head)
    if head.startswith((b"8BPS\0\1", b"8BPS\0\2")):
        height, width = struct.unpack_from(">II", head, 14)
        return ImageSize(width, height)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    if head.startswith((b"II*\0", b"MM\0*")):
        return _tiff(head)
    if head.startswith((b"#?RADIANCE", b"#?RGBE")):
        return _radiance(head)
    if head.startswith(b"\x76\x2f\x31\x01"):
        return _exr(head)
    return None


def _jpeg(head: bytes) -> ImageSize | None:
    at = 2
    for _ in range(_MAX_SEGMENTS):
        marker = head[at + 1]
        if head[at] != 0xFF or marker == 0xDA:
            return None
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", head, at + 5)
            return ImageSize(width, height)
        if marker in (0x01, 0xFF) or 0xD0 <= marker <= 0xD8:  # without content
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None


def _bmp(head: bytes) -> ImageSize | None:
    (header,) = struct.unpack_from("<I", head, 14)
    if header == 12:
        return ImageSize(*struct.unpack_from("<HH", head, 18))
    if not 40 <= header <= 256:  # a text can begin with BM
        return None
    width, height = struct.unpack_from("<ii", head, 18)
    return ImageSize(abs(width), abs(height))


def _webp(head: bytes) -> ImageSize | None:
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return ImageSize(width, height)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 21)
        return ImageSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return ImageSize(width & 0x3FFF, height & 0x3FFF)
    return None


def _tiff(head: bytes) -> ImageSize | None:
    """Return the size of the first image, if its directory is in the first bytes."""
    order = "<" if head.startswith(b"II") else ">"
    (at,) = struct.unpack_from(f"{order}I", head, 4)
    (count,) = struct.unpack_from(f"{order}H", head, at)
    found: dict[int, int] = {}
    for number in range(min(count, 100)):
        entry = at + 2 + 12 * number
        tag, kind = struct.unpack_from(f"{order}HH", head, entry)
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT) and kind in (3, 4):
            (found[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), head, entry + 8)
    if len(found) < 2:
        return None
    return ImageSize(found[_TIFF_WIDTH], found[_TIFF_HEIGHT])


def _radiance(head: bytes) -> ImageSize | None:
    match = _RADIANCE.search(head)
    if match is None or match[1] == match[3]:
        return None
    first, second = int(match[2]), int(match[4])
    return ImageSize(first, second) if match[1] == b"X" else ImageSize(second, first)


def _exr(head: bytes) -> ImageSize | None:
    at = head.find(_EXR_WINDOW)
    if at < 0:
        return None
    left, top, right, bottom = struct.unpack_from("<4i", head, at + len(_EXR_WINDOW))
    return ImageSize(max(0, right - left + 1), max(0, bottom - top + 1))
