"""The size of an image is read from its first bytes: what Pillow writes, and what nobody should believe."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from extery.rules.image_sizes import HEAD_BYTES, ImageSize, image_size
from tests.rules.example_folders import png_header
from tests.rules.file_problems import checked
from tests.samples.packages import add_on

WIDE = ImageSize(300, 20)


def written(kind: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, WIDE).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        written("PNG"),
        written("JPEG"),
        written("JPEG", progressive=True),
        written("GIF", "P"),
        written("BMP"),
        written("WEBP"),
        written("WEBP", lossless=True),
        written("WEBP", "RGBA", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
        written("TIFF", compression="tiff_deflate"),
        b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 20, 300, 8, 3),
        b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 20 +X 300\n" + bytes(100),
        b"\x76\x2f\x31\x01\2\0\0\0dataWindow\0box2i\0"
        + struct.pack("<I4i", 16, -10, 0, 289, 19)
        + bytes(100),
        b"BM" + bytes(12) + struct.pack("<Iii", 40, 300, -20) + bytes(100),
    ],
)
def test_the_size_is_in_the_first_bytes(data: bytes) -> None:
    assert image_size(data[: max(HEAD_BYTES, 1_000)]) == WIDE
    assert [image_size(data[:size]) for size in range(10)] == [None] * 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"print('hello')\n",
        b"BM is the beginning of a text that is no image",
        b"\xff\xd8\xff\xe0" + b"\0\0" * 1_000,
        b"\xff\xd8" + b"\xff" * 5_000,
        b"\xff\xd8\xff\xda" + bytes(100),
        b"RIFF\0\0\0\0WAVEfmt " + bytes(100),
        b"II*\0\xff\xff\xff\x7f" + bytes(100),
        b"MM\0*\0\0\0\x08\xff\xff" + bytes(500),
        b"#?RADIANCE\n\n-Y 20 +Y 300\n",
        b"\x76\x2f\x31\x01" + bytes(100),
    ],
)
def test_other_files_and_damaged_images_have_none(data: bytes) -> None:
    assert image_size(data) is None


def test_an_image_of_too_many_pixels_is_found_also_after_much_metadata() -> None:
    segment = b"\xff\xe1" + struct.pack(">H", 60_000) + bytes(59_998)
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, 50_000, 40_000, 3) + bytes(9)
    data = add_on(
        ("a.png", png_header(50_000, 50_000)),
        ("b.dat", png_header(31_000, 32_000)),
        ("c.jpg", b"\xff\xd8" + segment * 3 + frame),
        ("d.png", png_header(1 << 31, 1)),
    )
    found = [one for one in checked(data) if one.code == "file.image-size"]
    assert [one.where.path for one in found] == [("a.png",), ("c.jpg",), ("d.png",)]
    assert "50,000 × 50,000 pixels" in found[0].message
    assert all(one.hint and one.is_error for one in found)
