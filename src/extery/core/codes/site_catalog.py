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
        "Every browser displays PNG, JPEG and WebP. Animated images distract from the text, cannot be paused, and are "
        "larger than a video.",
        message="the image format is {format}",
        hint="save it as a still PNG, JPEG or WebP",
        variants={
            "animated": ("the image is an animated {format}", ""),
            "gif": (
                "the image is a GIF, which has few colours, is large, and cannot be paused if it moves",
                "save a still picture as PNG, JPEG or WebP, and add a movement as a video (MP4 or WebM)",
            ),
            "icon": ("the icon is a {format}", "save it as PNG or WebP"),
        },
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
        "Galleries show pictures in a frame of 16:9.",
        message=f"{_SIZE}, which is not 16:9",
        hint="crop it to {crop} pixels; otherwise it has empty edges",
        example=_SIZE_EXAMPLE | {"crop": "800 × 450"},
    ),
    "image.cover-too-small": Code(
        "error",
        "the cover has less than 1920 × 1080 pixels",
        "The cover is shown large on the page of the extension and in link previews, where fewer pixels look blurred.",
        message=f"{_SIZE}; the cover needs {{minimum}}",
        hint="make a screenshot or rendering of at least {minimum} pixels; one that is enlarged stays blurred",
        example=_SIZE_EXAMPLE | {"minimum": "1920 × 1080"},
    ),
    "image.cover-not-16-9": Code(
        "error",
        "the cover is not 16:9",
        "Cards and link previews show the cover at 16:9, and would cut off the rest of it.",
        message=f"{_SIZE}; the cover needs 16:9",
        hint="crop it to {crop} pixels",
        example={"width": 1920, "height": 1200, "crop": "1920 × 1080"},
    ),
    "image.icon-not-square": Code(
        "error",
        "the icon is not square",
        "Icons are shown as squares with round corners.",
        message="the icon has {width} × {height} pixels, which is not a square",
        hint="crop it to {side} × {side} pixels",
        example={"width": 512, "height": 256, "side": 256},
    ),
    "image.icon-too-small": Code(
        "error",
        "the icon has less than 256 × 256 pixels",
        "It would look blurred on screens with a high resolution.",
        message="the icon has {width} × {height} pixels; it needs {minimum}",
        hint="save it with {minimum} pixels",
        example={"width": 64, "height": 64, "minimum": "256 × 256"},
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
        "Visitors see why it is worth a try.",
        message="the sentence about the extension is missing",
        hint="say what it is, and for whom",
    ),
}
