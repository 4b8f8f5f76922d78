"""An uploaded image: opened, checked and converted."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image

from extery.core.errors import InvalidInput
from tests.fuzz.django_site import set_up
from tests.fuzz.judge import check_problems
from tests.fuzz.mutate import mutated

_SIZE = (960, 540)


@cache
def _encoded(form: str, mode: str = "RGB", size: tuple[int, int] = _SIZE) -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # rotated
    image = Image.new(mode, size, 5)
    image.save(buffer, form, **({"exif": exif} if form in ("JPEG", "PNG", "WEBP") else {}))
    return buffer.getvalue()


SEEDS = (
    _encoded("PNG"),
    _encoded("JPEG"),
    _encoded("WEBP"),
    _encoded("GIF", "P", (16, 9)),
    _encoded("BMP", "RGB", (16, 9)),
    _encoded("TIFF", "RGB", (16, 9)),
    _encoded("PNG", "RGBA", (1920, 1080)),
)
TOKENS = (
    b"\x89PNG\r\n\x1a\n", b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS", b"iCCP", b"zTXt", b"acTL", b"fcTL", b"eXIf", b"\xff\xd8", b"\xff\xe1", b"\xff\xc0", b"\xff\xda", b"\xff\xd9", b"Exif\0\0", b"MM\0*", b"II*\0", b"RIFF", b"WEBP", b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"GIF89a", b"BM",
    b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\x03\xc0", b"\0\0\x02\x1c",
)  # fmt: skip


def make(source: random.Random) -> bytes:
    """Return an image with a few other bytes, most of them near its start, where its headers are."""
    data = bytearray(source.choice(SEEDS))
    if source.random() < 0.4:
        return mutated(source, (bytes(data),), TOKENS, most=3)
    for _ in range(source.randint(1, 6)):
        at = min(int(source.expovariate(1 / 40)), len(data) - 1)
        data[at] = source.choice((0, 0xFF, 0x7F, 1, source.randrange(256)))
    return bytes(data)


def target(data: bytes) -> None:
    set_up()
    from extery_site.catalog.isolated_images import (
        _encode_webp,
        _scale_down,
        check_size,
        open_image,
    )

    try:
        image = open_image(io.BytesIO(data))
        check_problems(check_size(*image.size, "picture"))
    except InvalidInput as error:
        check_problems(error.problems)
        return
    made = _encode_webp(_scale_down(image, 320), quality=50)
    assert made[:4] == b"RIFF"
