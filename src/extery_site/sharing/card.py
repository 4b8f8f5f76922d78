"""What a social card shows, without the library that draws it."""

from __future__ import annotations

from dataclasses import dataclass

#: Raised when cards are drawn in another way: their addresses change.
DESIGN = 1


@dataclass(frozen=True)
class Card:
    """What a card shows; ``picture`` is an image file of the site, empty for none."""

    name: str
    fallback: str
    tagline: str
    author: str
    facts: str
    site: str
    picture: bytes = b""
