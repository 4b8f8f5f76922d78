"""Colours as themes and pictures need them: mixed, lightened, written as hexadecimal digits."""

from __future__ import annotations

RGB = tuple[int, int, int]


def rgb(text: str) -> RGB:
    """``#1d3557`` as three numbers."""
    digits = text.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def text_of(colour: RGB) -> str:
    """Three numbers as ``#1d3557``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(one: str, other: str, share: float) -> str:
    """The first colour with a share of the other in it."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    red, green, blue = (round(start + (end - start) * share) for start, end in pairs)
    return text_of((red, green, blue))


def lightness(colour: str) -> float:
    """How light a colour looks, from 0 to 1."""
    red, green, blue = rgb(colour)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def readable_on(ground: str) -> str:
    """Black or white, whichever can be read better."""
    return "#000000" if lightness(ground) > 0.5 else "#ffffff"
