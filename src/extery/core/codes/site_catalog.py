"""Codes of images that are uploaded to the website."""

from __future__ import annotations

from extery.core.codes import Code

CODES: dict[str, Code] = {
    "image.not-image": Code(
        "error", "the file is not an image", "The file is damaged, or has another format."
    ),
    "image.unsupported-format": Code(
        "error",
        "the image format is not supported",
        "Every browser displays PNG, JPEG and WebP. Animated images distract from the text.",
    ),
    "image.too-large": Code("error", "the image is too large", "Large images make pages slow."),
    "image.too-small": Code(
        "error", "the image has too few pixels", "It would look blurred on most screens."
    ),
    "image.below-recommended-size": Code(
        "warning",
        "the image has less than 1920 × 1080 pixels",
        "Smaller images look blurred on large screens and in link previews.",
    ),
    "image.not-16-9": Code("warning", "the image is not 16:9", "Cards crop images to 16:9."),
}
