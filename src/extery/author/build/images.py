"""Smaller PNG images in packages, with the same pixels. The files in the source folder are never changed.

oxipng chooses other filters and packs harder. The kind of the image stays the same, because Blender reads an image with a palette or
without colours differently: size, channels, bit depth and all other chunks are those of the source.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import replace

from extery.author.build.plan import BuildPlan
from extery.core.errors import InvalidInput
from extery.package.source_files import SourceFile
from extery.package.transforms import Transform

#: Larger images are packed as they are, in bytes of the file and of its pixels.
MAX_FILE = 32 << 20
MAX_PIXELS = 64 << 20
_LEVEL = 2
_SUFFIX = ".png"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">8sI4sIIBBBBB")
#: Channels by the colour type of the header.
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: Chunk of an animation.
_ANIMATION = b"acTL"


def with_optimized_images(plan: BuildPlan) -> BuildPlan:
    """Return the plan with PNG images to be optimised.

    Raises `InvalidInput` if oxipng is not installed.
    """
    transform = _find_transform()

    def change(member: SourceFile) -> SourceFile:
        is_image = member.name.lower().endswith(_SUFFIX) and 0 < member.size <= MAX_FILE
        return member._replace(transform=transform) if is_image else member

    packages = [
        replace(package, members=tuple(map(change, package.members))) for package in plan.packages
    ]
    return replace(plan, packages=tuple(packages))


def _find_transform() -> Transform:
    try:
        from oxipng import PngError, optimize_from_memory
    except ImportError:
        raise InvalidInput.of("build.images-missing") from None
    from importlib.metadata import version

    def run(data: bytes) -> bytes:
        try:
            return optimize_from_memory(
                data,
                level=_LEVEL,
                interlace="keep",
                strip="none",
                optimize_alpha=False,
                bit_depth_reduction=False,
                color_type_reduction=False,
                palette_reduction=False,
                grayscale_reduction=False,
                scale_16=False,
                max_decompressed_size=MAX_PIXELS,
            )
        except PngError:  # it is packed as it is
            return data

    return Transform(
        f"oxipng {version('oxipng-pybind')} level {_LEVEL}", lambda data: optimize(data, run)
    )


def optimize(data: bytes, run: Callable[[bytes], bytes]) -> bytes:
    """Return the image as ``run`` has packed it, or as it is if that is not smaller or not the same kind of image."""
    if not is_plain_png(data):
        return data
    packed = run(data)
    same_header = packed[: _HEADER.size] == data[: _HEADER.size]
    return packed if same_header and len(packed) < len(data) else data


def is_plain_png(data: bytes) -> bool:
    """Return whether this is a PNG of one image of at most `MAX_PIXELS` bytes."""
    if len(data) < _HEADER.size:
        return False
    signature, length, kind, width, height, depth, color, *_ = _HEADER.unpack_from(data)
    if (signature, length, kind) != (_SIGNATURE, 13, b"IHDR") or color not in _CHANNELS:
        return False
    pixels = height * (1 + (width * _CHANNELS[color] * depth + 7) // 8)
    return width > 0 < pixels <= MAX_PIXELS and _ANIMATION not in data
