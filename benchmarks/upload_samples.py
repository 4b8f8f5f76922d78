"""Hostile uploads: functions that write packages and images which cost much to check.

Each takes a binary file and the most bytes to write; not all of them need so many.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO

from PIL import Image

#: What separates the parts of a form; one of the uploads has many that are nearly it.
BOUNDARY = "b" * 40
NUMBERS = itertools.count()
MANIFEST = """schema_version = "1.0.0"
id = "{id}"
version = "1.0.0"
name = "Costly"
tagline = "Costs much to check"
maintainer = "Ada"
type = "{type}"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
{more}
"""
Write = Callable[[BinaryIO, int], None]


def manifest(**values: str) -> str:
    """Return a valid manifest, with an id that no other one has."""
    return MANIFEST.format(
        **{"id": f"costly_{next(NUMBERS)}", "type": "add-on", "more": "", **values}
    )


def members(count: Callable[[int], int], name: Callable[[int], str], data: bytes = b"") -> Write:
    """Return a function that writes an add-on with many stored files; fast, unlike zipfile."""

    def write(file: BinaryIO, size: int) -> None:
        first = [("blender_manifest.toml", manifest().encode()), ("__init__.py", b"#")]
        number = count(size)
        checksum = zlib.crc32(data)
        directory, offset = io.BytesIO(), 0
        items = [(key.encode(), value, zlib.crc32(value)) for key, value in first]
        for index in range(-len(items), number):
            key, value, crc = items[index] if index < 0 else (name(index).encode(), data, checksum)
            common = struct.pack(
                "<HHHHHIIIHH", 20, 0x800, 0, 0, 0x5A21, crc, len(value), len(value), len(key), 0
            )
            file.write(b"PK\3\4" + common + key + value)
            directory.write(
                b"PK\1\2\x14\3" + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + key
            )
            offset += 30 + len(key) + len(value)
        total = number + len(items)
        file.write(directory.getvalue())
        length = directory.tell()
        if total >= 0xFFFF:
            file.write(
                struct.pack(
                    "<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, total, total, length, offset
                )
                + struct.pack("<4sIQI", b"PK\6\7", 0, offset + length, 1)
            )
        shown = min(total, 0xFFFF)
        file.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, shown, shown, length, offset, 0))

    return write


def archive(
    fill: Callable[[zipfile.ZipFile, int], None], text: str | None = None, **values: str
) -> Write:
    """Return a function that writes a package and adds files with zipfile."""

    def write(file: BinaryIO, size: int) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("blender_manifest.toml", manifest(**values) if text is None else text)
            if values.get("type", "add-on") == "add-on":
                package.writestr("__init__.py", "#")
            fill(package, size)

    return write


def fill_zeros(package: zipfile.ZipFile, size: int) -> None:
    """Add files that unpack to a thousand times the size."""
    block = zlib.compressobj(9, wbits=-15)
    packed = block.compress(bytes(64 << 20)) + block.flush()
    checksum = zlib.crc32(bytes(64 << 20))
    for number in range(max(1, size // len(packed) - 1)):
        add_packed(package, f"zeros{number}.bin", packed, 64 << 20, checksum)


def add_packed(
    package: zipfile.ZipFile, name: str, packed: bytes, size: int, checksum: int
) -> None:
    """Add data that is deflated already."""
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, checksum
    info.compress_size, info.file_size = len(packed), size
    info.header_offset = package.fp.tell()  # type: ignore[union-attr]
    package.fp.write(info.FileHeader(zip64=False) + packed)  # type: ignore[union-attr]
    package.start_dir = package.fp.tell()  # type: ignore[union-attr]
    package.filelist.append(info)
    package.NameToInfo[name] = info
    package._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001  or it writes no directory


def fill_random(name: str, method: int = zipfile.ZIP_STORED, parts: int = 1) -> Callable[..., None]:
    """Return a function that adds random data."""

    def fill(package: zipfile.ZipFile, size: int) -> None:
        for number in range(parts):
            package.writestr(name.format(number), os.urandom(size // parts - 2000), method)

    return fill


def fill_text(package: zipfile.ZipFile, size: int) -> None:
    """Add Python code that compresses badly."""
    words = [f"name_{random.randrange(10**6)} = {random.random()}\n" for _ in range(20_000)]
    for number in range(size // 2_000_000):
        random.shuffle(words)
        package.writestr(f"code{number}.py", "".join(words * 4))


def fill_wheels(count: int, files: int, metadata: bytes = b"") -> Callable[..., None]:
    """Return a function that adds wheels; those of `wheel_list`."""

    def fill(package: zipfile.ZipFile, _: int) -> None:
        for number in range(count):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as wheel:
                info = f"lib{number}-1.0.dist-info"
                wheel.writestr(f"{info}/METADATA", b"Metadata-Version: 2.1\nName: l\n" + metadata)
                wheel.writestr(f"{info}/WHEEL", b"Wheel-Version: 1.0\n" + metadata)
                for index in range(files):
                    wheel.writestr(f"lib{number}/{index}.py", "")
                wheel.writestr(f"{info}/RECORD", metadata)
            package.writestr(f"wheels/lib{number}-1.0-py3-none-any.whl", buffer.getvalue())

    return fill


def wheel_list(count: int) -> str:
    """Return the wheels of a manifest."""
    names = ", ".join(f'"./wheels/lib{number}-1.0-py3-none-any.whl"' for number in range(count))
    return f"wheels = [{names}]"


def fill_nested(package: zipfile.ZipFile, _: int) -> None:
    """Add zips within zips."""
    data = bytes(1 << 20)
    for _ in range(40):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as inner:
            for number in range(10):
                inner.writestr(f"{number}.zip", data)
        data = buffer.getvalue()[:20_000_000]
    package.writestr("nested.zip", data)


def fill_theme(xml: str, count: int = 1) -> Callable[..., None]:
    """Return a function that adds themes."""

    def fill(package: zipfile.ZipFile, _: int) -> None:
        for number in range(count):
            package.writestr(f"theme{number}.xml", xml)

    return fill


def nothing(_package: zipfile.ZipFile, _size: int) -> None:
    """Add nothing."""


def picture(format_: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> Write:
    """Return a function that writes an image."""

    def write(file: BinaryIO, _: int) -> None:
        Image.new(mode, size, 77 if mode in {"L", "P", "I;16"} else None).save(
            file, format_, **options
        )

    return write


def noise(format_: str, size: tuple[int, int], **options: object) -> Write:
    """Return a function that writes an image that compresses badly, of small noisy tiles."""

    def write(file: BinaryIO, _: int) -> None:
        tile = Image.frombytes("RGB", (320, 180), random.Random(1).randbytes(320 * 180 * 3))
        tile.resize(size, Image.Resampling.NEAREST).save(file, format_, **options)

    return write


def animated(format_: str, frames: int) -> Write:
    """Return a function that writes an animation."""

    def write(file: BinaryIO, _: int) -> None:
        images = [Image.new("RGB", (1920, 1080), (index % 255, 0, 0)) for index in range(frames)]
        images[0].save(file, format_, save_all=True, append_images=images[1:])

    return write


def raw(part: bytes) -> Write:
    """Return a function that repeats some bytes."""

    def write(file: BinaryIO, size: int) -> None:
        block = part * (1_000_000 // len(part) + 1)
        for _ in range(size // len(block)):
            file.write(block)

    return write


MANY_KEYS = "".join(f"k{number} = 1\n" for number in range(20_000))
DEEP = "a = " + "[" * 60_000 + "]" * 60_000
DOTTED = "\n".join(f"a{'.b' * 90}{number} = 1" for number in range(1000))
ENTITIES = (
    "<!DOCTYPE bpy ["
    '<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><bpy><Theme>&m;</Theme></bpy>"
)
#: The most pixels that the site accepts.
SIDE = (5120, 2880)
PACKAGES: dict[str, Write] = {
    "random, stored": archive(fill_random("data.bin")),
    "random, 15,000 files": archive(fill_random("data{}.bin", parts=15_000)),
    "code, deflated": archive(fill_text),
    "zeros, deflated": archive(fill_zeros),
    "asset library, random": archive(
        fill_random("set{}.blend", parts=20),
        type="asset-library",
        more='[asset_library]\nremote_url = "https://assets.example.org/"',
    ),
    "empty files": members(lambda size: size // 90, lambda number: f"{number:06}"),
    "19,000 files": members(lambda _: 19_000, lambda number: f"{number:06}.py"),
    "19,000 unwanted files": members(lambda _: 19_000, lambda number: f"{number}/.DS_Store"),
    "19,000 wrong names": members(lambda _: 19_000, lambda number: f"CON{number}:?*/aux. "),
    "19,000 equal names": members(lambda _: 19_000, lambda _: "equal.py"),
    "long names": members(lambda size: size // 131_000, lambda number: f"{number}{'n' * 65_000}"),
    "deep paths": members(lambda size: size // 131_000, lambda number: f"{number}{'/n' * 32_000}"),
    "deep folders": members(lambda _: 19_000, lambda number: f"{number}{'/n' * 95}"),
    "manifest of 200 MB": archive(nothing, manifest() + "#" * 200_000_000),
    "manifest, many keys": archive(nothing, manifest() + MANY_KEYS),
    "manifest, deep lists": archive(nothing, manifest() + DEEP),
    "manifest, dotted keys": archive(nothing, manifest() + DOTTED),
    "manifest, long strings": archive(nothing, manifest(more=f"website = {'é' * 100_000!r}")),
    "manifest, 10,000 tags": archive(nothing, manifest(more=f"tags = {['Node'] * 10_000}")),
    "3,000 wheels": archive(fill_wheels(3000, 5), more=wheel_list(3000)),
    "1 wheel, 60,000 files": archive(fill_wheels(1, 60_000), more=wheel_list(1)),
    "wheels, large metadata": archive(
        fill_wheels(20, 1, b"Requires-Dist: a\n" * 1_000_000), more=wheel_list(20)
    ),
    "zips in zips": archive(fill_nested),
    "theme, 100 MB": archive(
        fill_theme("<bpy><Theme>" + "<a/>" * 25_000_000 + "</Theme></bpy>"), type="theme"
    ),
    "theme, entities": archive(fill_theme(ENTITIES), type="theme"),
    "theme, attributes": archive(
        fill_theme("<bpy><Theme " + " ".join(f"a{n}='1'" for n in range(150_000)) + "/></bpy>"),
        type="theme",
    ),
    "theme, deep": archive(fill_theme("<a>" * 400_000), type="theme"),
    "100 themes": archive(fill_theme("<bpy><Theme>" + "<a/>" * 9_000, 100), type="theme"),
    "no zip: zeros": raw(b"\0"),
    "no zip: ends of zips": raw(b"PK\5\6" + bytes(18)),
    "no zip: line breaks": raw(b"\r\n"),
    "no zip: boundaries": raw(b"\r\n--" + BOUNDARY[:-1].encode()),
}
IMAGES: dict[str, Write] = {
    "PNG": picture("PNG", SIDE),
    "PNG, RGBA": picture("PNG", SIDE, "RGBA"),
    "PNG, palette": picture("PNG", SIDE, "P"),
    "PNG, 16 bits": picture("PNG", SIDE, "I;16"),
    "PNG, noise": noise("PNG", SIDE),
    "PNG, too many pixels": picture("PNG", (30_000, 30_000), "L"),
    "JPEG": noise("JPEG", SIDE, quality=60),
    "JPEG, progressive": noise("JPEG", SIDE, quality=60, progressive=True),
    "JPEG, progressive 4:4:4": noise("JPEG", SIDE, quality=90, progressive=True, subsampling=0),
    "JPEG, CMYK": picture("JPEG", SIDE, "CMYK"),
    "JPEG, turned": noise(
        "JPEG",
        (SIDE[1], SIDE[0]),
        exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0",
    ),
    "WebP": noise("WEBP", SIDE, quality=50, method=0),
    "WebP, lossless": picture("WEBP", SIDE, lossless=True, method=0),
    "WebP, lossless noise": noise("WEBP", SIDE, lossless=True, method=0),
    "WebP, too many pixels": picture("WEBP", (15_000, 9_000), method=0),
    "WebP, animated": animated("WEBP", 100),
    "PNG, animated": animated("PNG", 100),
    "GIF, animated": animated("GIF", 100),
}
