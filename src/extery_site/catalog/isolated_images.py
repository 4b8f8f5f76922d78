"""Decoding and encoding of images, which runs in isolation. Imports no Django: see `extery_site.project.isolation`."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from typing import Any, BinaryIO, Literal

from PIL import Image as Pillow
from PIL import ImageOps

from extery.core.errors import InvalidInput, ProblemList, Where

ALLOWED_FORMATS = ("PNG", "JPEG", "WEBP")
#: Formats of icons: those with sharp edges and transparency.
_ICON_FORMATS = ("PNG", "WEBP")
#: Formats that are identified, to name them in the error.
_KNOWN_FORMATS = (*ALLOWED_FORMATS, "GIF", "BMP", "TIFF", "AVIF", "ICO", "TGA")
#: Width and height in pixels.
MIN_SIZE = (960, 540)
#: That of the cover, and recommended for all pictures.
RECOMMENDED_SIZE = (1920, 1080)
ICON_SIZE = 256
#: What an image is for, which decides what is asked of it.
Purpose = Literal["picture", "cover", "icon"]
#: Decoding a WebP image takes 16 bytes per pixel, so that this is 240 MB.
MAX_PIXELS = 5120 * 2880
#: Maximum width and height in pixels: the limit of WebP.
MAX_SIDE = 16_383
#: Maximum deviation from 16:9.
_MAX_RATIO_ERROR = 0.02
#: Width of the stored original in pixels.
FULL_WIDTH = 3840
_WHERE = Where(path=("image",))
#: Exceptions that Pillow's decoders raise for invalid data.
_DECODER_ERRORS = (
    *(OSError, SyntaxError, ValueError, RuntimeError, LookupError, TypeError, ArithmeticError),
    *(EOFError, struct.error),
)


def open_image(file: BinaryIO, purpose: Purpose = "picture") -> Pillow.Image:
    """Return the decoded image; raises `InvalidInput` for one that cannot be decoded or has another format."""
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
        _check_format(image, purpose, problems)
        _check_pixels(image, problems)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
    except _DECODER_ERRORS as error:
        raise InvalidInput.of("image.not-image", where=_WHERE) from error
    # A copy has no decoder, and that of WebP keeps two more images.
    return image.copy() if image.format == "WEBP" else image


def warm_up() -> None:
    """Import the decoders, and encode once."""
    Pillow.init()
    _encode_webp(Pillow.new("RGB", (1, 1)), quality=1)


def convert(file: BinaryIO, purpose: Purpose = "picture") -> tuple[dict[str, Any], bytes]:
    """Check an uploaded image; return its size in pixels and its warnings, and a WebP image without metadata.

    Raises `InvalidInput` for an unacceptable one.
    """
    image = open_image(file, purpose)
    width, height = image.size
    problems = check_size(width, height, purpose)
    # Frees the large image and its decoder before the encoder needs memory, too.
    image = _scale_down(image, ICON_SIZE if purpose == "icon" else FULL_WIDTH)
    found = [problem.as_dict() for problem in problems]
    return {"size": [width, height], "problems": found}, _encode_webp(image, quality=90)


def make_variants(file: BinaryIO, widths: Sequence[int]) -> tuple[list[int], bytes]:
    """Return the variants of a stored image with these widths, one after the other, and the size in bytes of each."""
    with Pillow.open(file, formats=("WEBP",)) as image:
        variants = [
            _encode_webp(_scale_down(image, width), quality=84 if width > 1000 else 80)
            for width in widths
        ]
    return [len(variant) for variant in variants], b"".join(variants)


def _check_format(image: Pillow.Image, purpose: Purpose, problems: ProblemList) -> None:
    animated = getattr(image, "is_animated", False)
    allowed = _ICON_FORMATS if purpose == "icon" else ALLOWED_FORMATS
    if image.format in allowed and not animated:
        return
    variant = "animated" if animated else "icon" if purpose == "icon" else ""
    problems.add(
        "image.unsupported-format",
        where=_WHERE,
        variant="gif" if image.format == "GIF" else variant,
        format=str(image.format),
    )


def _check_pixels(image: Pillow.Image, problems: ProblemList) -> None:
    """Refuse an image that takes too much memory to decode."""
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        problems.add("image.too-large", where=_WHERE, variant="pixels", width=width, height=height)


def check_size(width: int, height: int, purpose: Purpose) -> ProblemList:
    """Return the warnings about the size that one sees; raises `InvalidInput` for one that does not fit ``purpose``."""
    with ProblemList().raising(InvalidInput) as problems:

        def add(code: str, **values: Any) -> None:
            problems.add(code, where=_WHERE, width=width, height=height, **values)

        if purpose == "icon":
            if width != height:
                add("image.icon-not-square", side=min(width, height))
            if min(width, height) < ICON_SIZE:
                add("image.icon-too-small", minimum=_times((ICON_SIZE, ICON_SIZE)))
            return problems
        is_cover = purpose == "cover"
        is_small = width < RECOMMENDED_SIZE[0] or height < RECOMMENDED_SIZE[1]
        sizes = {"minimum": _times(MIN_SIZE), "recommended": _times(RECOMMENDED_SIZE)}
        if is_cover and is_small:
            add("image.cover-too-small", minimum=_times(RECOMMENDED_SIZE))
        elif width < MIN_SIZE[0] or height < MIN_SIZE[1]:
            add("image.too-small", **sizes)
        elif is_small:
            add("image.below-recommended-size", recommended=sizes["recommended"])
        if abs(width / height - 16 / 9) > _MAX_RATIO_ERROR:
            is_high = height * 16 > width * 9
            crop = (width, width * 9 // 16) if is_high else (height * 16 // 9, height)
            add("image.cover-not-16-9" if is_cover else "image.not-16-9", crop=_times(crop))
    return problems


def _times(size: tuple[int, int]) -> str:
    return "{} × {}".format(*size)


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
