"""Decoding and encoding of images, which runs in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

import io
import struct
import warnings
from typing import Any, BinaryIO

from PIL import Image as Pillow
from PIL import ImageOps

from extery.core.errors import InvalidInput, ProblemList, Where

ALLOWED_FORMATS = ("PNG", "JPEG", "WEBP")
#: Formats that are identified, to name them in the error.
_KNOWN_FORMATS = (*ALLOWED_FORMATS, "GIF", "BMP", "TIFF", "AVIF", "ICO", "TGA")
#: Width and height in pixels.
MIN_SIZE = (960, 540)
RECOMMENDED_SIZE = (1920, 1080)
#: Decoding a WebP image takes 16 bytes per pixel, so that this is 240 MB.
MAX_PIXELS = 5120 * 2880
#: Maximum width and height in pixels: the limit of WebP.
MAX_SIDE = 16_383
#: Maximum deviation from 16:9.
_MAX_RATIO_ERROR = 0.02
#: Widths of the stored files in pixels; smaller images are not enlarged.
SMALL_WIDTH, LARGE_WIDTH, FULL_WIDTH = 640, 1920, 3840
_WHERE = Where(path=("image",))
#: Exceptions that Pillow's decoders raise for invalid data.
_DECODER_ERRORS = (
    *(OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(EOFError, struct.error),
)


def open_image(file: BinaryIO) -> tuple[Pillow.Image, ProblemList]:
    """Return the decoded image and its warnings; raises `InvalidInput` for an unacceptable one."""
    with ProblemList().raising(InvalidInput) as problems:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Pillow.open(file, formats=_KNOWN_FORMATS)
        except Pillow.DecompressionBombError as error:
            raise InvalidInput.of(
                "image.too-large", where=_WHERE, variant="unknown-pixels"
            ) from error
        except _DECODER_ERRORS as error:
            raise InvalidInput.of("image.not-image", where=_WHERE) from error
        _check_format(image, problems)
        _check_pixels(image, problems)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
    except _DECODER_ERRORS as error:
        raise InvalidInput.of("image.not-image", where=_WHERE) from error
    # A copy has no decoder, and that of WebP keeps two more images.
    return (image.copy() if image.format == "WEBP" else image), problems


def warm_up() -> None:
    """Import the decoders, and encode once."""
    Pillow.init()
    _encode_webp(Pillow.new("RGB", (1, 1)), quality=1)


def convert(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Check an uploaded image; return its size in pixels and its warnings, and a WebP image without metadata.

    Raises `InvalidInput` for an unacceptable one.
    """
    image, problems = open_image(file)
    width, height = image.size
    # Frees the large image and its decoder before the encoder needs memory, too.
    image = _scale_down(image, FULL_WIDTH)
    found = [problem.as_dict() for problem in problems]
    return {"size": [width, height], "problems": found}, _encode_webp(image, quality=90)


def make_variants(file: BinaryIO) -> tuple[int, bytes]:
    """Return the size in bytes of the large variant of a stored image, and both variants, the large one first."""
    with Pillow.open(file, formats=("WEBP",)) as image:
        large = _encode_webp(_scale_down(image, LARGE_WIDTH), quality=84)
        small = _encode_webp(_scale_down(image, SMALL_WIDTH), quality=80)
    return len(large), large + small


def _check_format(image: Pillow.Image, problems: ProblemList) -> None:
    animated = getattr(image, "is_animated", False)
    if image.format not in ALLOWED_FORMATS or animated:
        problems.add(
            "image.unsupported-format",
            where=_WHERE,
            variant="animated" if animated else "",
            format=str(image.format),
        )


def _check_pixels(image: Pillow.Image, problems: ProblemList) -> None:
    width, height = image.size
    recommended = "{} × {}".format(*RECOMMENDED_SIZE)
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        problems.add("image.too-large", where=_WHERE, variant="pixels", width=width, height=height)
    elif width < MIN_SIZE[0] or height < MIN_SIZE[1]:
        problems.add(
            "image.too-small",
            where=_WHERE,
            width=width,
            height=height,
            minimum="{} × {}".format(*MIN_SIZE),
            recommended=recommended,
        )
    elif width < RECOMMENDED_SIZE[0] or height < RECOMMENDED_SIZE[1]:
        problems.add(
            "image.below-recommended-size",
            where=_WHERE,
            width=width,
            height=height,
            recommended=recommended,
        )
    if abs(width / height - 16 / 9) > _MAX_RATIO_ERROR:
        problems.add("image.not-16-9", where=_WHERE, width=width, height=height)


def _scale_down(image: Pillow.Image, max_width: int) -> Pillow.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode != mode:
        image = image.convert(mode)
    if image.width <= max_width:
        return image
    height = max(1, round(image.height * max_width / image.width))
    return image.resize((max_width, height), Pillow.Resampling.LANCZOS, reducing_gap=3.0)


def _encode_webp(image: Pillow.Image, *, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()
