"""Videos for tests, made box by box. The WebM plays: a picture of a lossy WebP is a key frame of VP8."""

from __future__ import annotations

import io
import struct
from functools import cache

from PIL import Image

PLACE = b"+60.1699+024.9384/"


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box of an MP4."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, *parts: bytes) -> bytes:
    """Return a box with version and flags."""
    return box(kind, bytes(4), *parts)


def track(
    *,
    handler: bytes = b"vide",
    codec: bytes = b"avc1",
    seconds: float = 4,
    sizes: tuple[int, ...] = (10,) * 4,
    size: tuple[int, int] = (1280, 720),
    extra: bytes = b"",
    samples: int | None = None,
) -> bytes:
    """Return a track whose samples take ``seconds``."""
    delta = round(seconds * 1000 / len(sizes))
    entry = bytes(24) + struct.pack(">HH", *size) + bytes(50)
    number = len(sizes) if samples is None else samples
    table = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), box(codec, entry)),
        full(b"stts", struct.pack(">III", 1, len(sizes), delta)),
        full(b"stsz", struct.pack(">II", 0, number), *(struct.pack(">I", one) for one in sizes)),
    )
    media = box(
        b"mdia",
        full(b"mdhd", bytes(8), struct.pack(">II", 1000, round(seconds * 1000)), bytes(4)),
        full(b"hdlr", bytes(4), handler, bytes(13)),
        box(b"minf", table),
    )
    return box(b"trak", full(b"tkhd", bytes(80)), media, extra)


def mp4(
    *tracks: bytes,
    seconds: float = 4,
    brand: bytes = b"isom",
    data: bytes = b"\0" * 100,
    moov: bytes = b"",
    end: bytes = b"",
) -> bytes:
    """Return an MP4 with a place in its metadata; ``moov`` and ``end`` are further boxes."""
    header = full(b"mvhd", bytes(8), struct.pack(">II", 1000, round(seconds * 1000)), bytes(80))
    place = box(b"udta", box(b"\xa9xyz", PLACE))
    movie = box(b"moov", header, *(tracks or (track(seconds=seconds),)), place, moov)
    return (
        box(b"ftyp", brand, bytes(4), b"mp42" if brand == b"isom" else brand)
        + movie
        + box(b"mdat", data)
        + end
    )


def element(identifier: int, body: bytes, *, unknown: bool = False) -> bytes:
    """Return an element of a WebM, of unknown size if ``unknown``."""
    head = identifier.to_bytes((identifier.bit_length() + 7) // 8)
    size = b"\x01" + b"\xff" * 7 if unknown else (len(body) | 1 << 56).to_bytes(8)
    return head + size + body


def _number(identifier: int, value: int) -> bytes:
    return element(identifier, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


@cache
def _frame(colour: str, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "WEBP", quality=50, method=0)
    data = buffer.getvalue()
    assert data[12:16] == b"VP8 "
    return data[20 : 20 + int.from_bytes(data[16:20], "little")]


def webm(
    *,
    declared: float | None = 4.0,
    times: tuple[int, ...] = (0, 1000, 2000, 3000, 3900),
    size: tuple[int, int] = (640, 360),
    codec: bytes = b"V_VP8",
    doc_type: bytes = b"webm",
    unknown: bool = False,
    tracks: bytes = b"",
    end: bytes = b"",
) -> bytes:
    """Return a WebM of pictures at these milliseconds, with a place in its tags."""
    info = _number(0x2AD7B1, 1_000_000)
    if declared is not None:
        info += element(0x4489, struct.pack(">d", declared * 1000))
    video = _number(0xB0, size[0]) + _number(0xBA, size[1])
    entry = element(
        0xAE,
        _number(0xD7, 1) + _number(0x83, 1) + element(0x86, codec) + element(0xE0, video),
    )
    clusters = b""
    for at, time in enumerate(times):
        data = _frame(("#336699", "#996633")[at % 2], size)
        block = element(0xA3, b"\x81" + struct.pack(">hB", 0, 0x80) + data)
        clusters += element(0x1F43B675, _number(0xE7, time) + block, unknown=unknown)
    tag = element(0x67C8, element(0x45A3, b"LOCATION") + element(0x4487, PLACE))
    body = (
        element(0x1549A966, info)
        + element(0x1654AE6B, entry + tracks)
        + element(0x1254C367, element(0x7373, tag))
        + clusters
    )
    head = element(0x1A45DFA3, element(0x4282, doc_type))
    return head + element(0x18538067, body, unknown=unknown) + end
