"""A short film as WebM, made without an encoder for video: a picture of a lossy WebP is a key frame of VP8."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator

from PIL import Image, ImageDraw

from extery_demo.colours import mix, rgb

_SIZE = (640, 360)
_FRAMES, _PER_SECOND = 36, 12
_HORIZON = 250
#: The sky from morning to evening.
_HOURS = ("#8a4f6d", "#e39a7b", "#9cc3dd", "#5a9fd4", "#7fb3d5", "#f0b27a", "#b3543c")


def draw_day() -> tuple[bytes, bytes]:
    """Return a film of a day over a village as WebM, and its middle as PNG of 1280 × 720."""
    images = [_draw_hour(at / (_FRAMES - 1)) for at in range(_FRAMES)]
    poster = io.BytesIO()
    middle = images[_FRAMES * 2 // 3].resize((1280, 720), Image.Resampling.BILINEAR)
    middle.save(poster, "PNG", compress_level=1)
    return _webm([_key_frame(image) for image in images]), poster.getvalue()


def _draw_hour(share: float) -> Image.Image:
    at = share * (len(_HOURS) - 1)
    first = min(int(at), len(_HOURS) - 2)
    tone = mix(_HOURS[first], _HOURS[first + 1], at - first)
    image = Image.new("RGB", _SIZE, tone)
    draw = ImageDraw.Draw(image)
    x, y = 40 + share * 560, _HORIZON - 10 - 190 * math.sin(math.pi * share)
    draw.ellipse(
        (x - 16, y - 16, x + 16, y + 16), fill=mix("#f0743a", "#fff6dc", (_HORIZON - y) / 200)
    )
    draw.rectangle((0, _HORIZON, *_SIZE), fill="#24352f")
    for index in range(6):
        left, tall = 40 + index * 100, 26 + index * 17 % 40
        base = _HORIZON + 24
        shadow = (left + 25 - x) * 0.5
        draw.polygon(
            [(left, base), (left + 50, base), (left + 50 + shadow, 350), (left + shadow, 350)],
            fill="#131e1a",
        )
        draw.rectangle((left, base - tall, left + 50, base), fill=mix("#3d5a50", tone, 0.3))
        draw.polygon(
            [(left - 6, base - tall), (left + 56, base - tall), (left + 25, base - tall - 26)],
            fill=rgb("#6d4436"),
        )
    draw.text((16, 12), f"{5 + round(share * 14)}:00", fill="#ffffff", font_size=26)
    return image


def _key_frame(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=60, method=0)
    data = buffer.getvalue()
    assert data[12:16] == b"VP8 "
    return data[20 : 20 + int.from_bytes(data[16:20], "little")]


def _webm(frames: list[bytes]) -> bytes:
    """Return the frames as a WebM, each in a cluster of its own."""
    step = 1000 / _PER_SECOND
    head = b"".join(
        _number(identifier, value)
        for identifier, value in ((0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8))
    )
    head += _element(0x4282, b"webm") + _number(0x4287, 2) + _number(0x4285, 2)
    info = _number(0x2AD7B1, 1_000_000) + _element(0x4489, struct.pack(">d", len(frames) * step))
    video = _number(0xB0, _SIZE[0]) + _number(0xBA, _SIZE[1])
    track = _number(0xD7, 1) + _number(0x73C5, 1) + _number(0x83, 1) + _element(0x86, b"V_VP8")
    tracks = _element(0x1654AE6B, _element(0xAE, track + _element(0xE0, video)))
    body = _element(0x1549A966, info) + tracks + b"".join(_clusters(frames, step))
    return _element(0x1A45DFA3, head) + _element(0x18538067, body)


def _clusters(frames: list[bytes], step: float) -> Iterator[bytes]:
    for number, frame in enumerate(frames):
        block = b"\x81" + struct.pack(">hB", 0, 0x80) + frame
        yield _element(0x1F43B675, _number(0xE7, round(number * step)) + _element(0xA3, block))


def _element(identifier: int, body: bytes) -> bytes:
    head = identifier.to_bytes((identifier.bit_length() + 7) // 8, "big")
    return head + (len(body) | 1 << 56).to_bytes(8, "big") + body


def _number(identifier: int, value: int) -> bytes:
    return _element(identifier, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))
