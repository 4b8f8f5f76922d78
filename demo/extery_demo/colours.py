"""Mixes, measures and converts colours such as ``#1d3557``."""

from __future__ import annotations

RGB = tuple[int, int, int]


def rgb(text: str) -> RGB:
    """Return the red, green and blue of ``#1d3557``."""
    digits = text.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_hex(colour: RGB) -> str:
    """Format a colour as ``#1d3557``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def mix(one: str, other: str, share: float) -> str:
    """Mix two colours; ``share`` is the share of ``other``, from 0 to 1."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    red, green, blue = (round(start + (end - start) * share) for start, end in pairs)
    return to_hex((red, green, blue))


def lightness(colour: str) -> float:
    """Return the perceived lightness, from 0 to 1."""
    red, green, blue = rgb(colour)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def readable_on(background: str) -> str:
    """Return black or white, whichever has the higher contrast on ``background``."""
    return "#000000" if lightness(background) > 0.5 else "#ffffff"
