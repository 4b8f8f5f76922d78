"""Codes of images that are uploaded to the website, and of editor's picks."""

from __future__ import annotations

from extery.core.codes import Code

_SIZE = "the image has {width} × {height} pixels"
_SIZE_EXAMPLE: dict[str, str | int] = {
    "width": 800,
    "height": 600,
    "minimum": "960 × 540",
    "recommended": "1920 × 1080",
}

CODES: dict[str, Code] = {
    "image.not-image": Code(
        "error",
        "the file is not an image",
        "The file is damaged, or has another format.",
        message="the file is not an image that can be read",
        hint="choose a PNG, JPEG or WebP file",
        variants={
            "ended": (
                "the image takes too much memory or time to read, or its reader crashed",
                "open it in an image editor, and save it again as PNG, JPEG or WebP",
            )
        },
    ),
    "image.unsupported-format": Code(
        "error",
        "the image format is not supported",
        "Every browser displays PNG, JPEG and WebP. Animated images distract from the text.",
        message="the image format is {format}",
        hint="save it as a still PNG, JPEG or WebP",
        variants={"animated": ("the image is an animated {format}", "")},
        example={"format": "TIFF"},
    ),
    "image.too-large": Code(
        "error",
        "the image is too large",
        "Large images make pages slow.",
        message="the image has {size}, and this site accepts at most {max_size}",
        hint="save it as JPEG or WebP, or with fewer pixels",
        variants={
            "pixels": (
                f"{_SIZE}, which is too many",
                "make it 16:9 and at most 3840 pixels wide",
            ),
            "unknown-pixels": (
                "the image has too many pixels",
                "make it 16:9 and at most 3840 pixels wide",
            ),
        },
        example={"size": "31.4 MB", "max_size": "10 MB"},
    ),
    "image.too-small": Code(
        "error",
        "the image has too few pixels",
        "It would look blurred on most screens.",
        message=_SIZE,
        hint="use at least {minimum} pixels; {recommended} is recommended",
        example=_SIZE_EXAMPLE,
    ),
    "image.below-recommended-size": Code(
        "warning",
        "the image has less than 1920 × 1080 pixels",
        "Smaller images look blurred on large screens and in link previews.",
        message=_SIZE,
        hint="use {recommended} pixels, which look sharp on every screen",
        example=_SIZE_EXAMPLE,
    ),
    "image.not-16-9": Code(
        "warning",
        "the image is not 16:9",
        "Cards crop images to 16:9.",
        message=f"{_SIZE}, which is not 16:9",
        hint="crop it to 16:9; otherwise pages show its centre only",
        example=_SIZE_EXAMPLE,
    ),
    "pick.not-public": Code(
        "error",
        "the extension cannot be picked",
        "The start page shows extensions that everyone can install.",
        message="there is no public extension {id!r}",
        hint="enter the id in the address of its page; an unlisted or blocked extension cannot be picked",
        example={"id": "gear_tol"},
    ),
    "pick.text-missing": Code(
        "error",
        "the sentence about the pick is missing",
        "A pick without a reason tells visitors nothing.",
        message="the sentence about the extension is missing",
        hint="say what it is, and for whom",
    ),
}
