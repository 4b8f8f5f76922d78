"""Primary keys of rows in addresses and forms, which anyone can change."""

from __future__ import annotations

from collections.abc import Iterable

#: Digits of the largest numbers that all databases can store as a key.
_MAX_DIGITS = 18


def row_key(text: str) -> int:
    """Return the key that a text is, and 0, which no row has, for every other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else 0


def row_keys(texts: Iterable[str], *, maximum: int) -> list[int]:
    """Return the first ``maximum`` different keys in their order; texts that are none are left out."""
    keys = dict.fromkeys(key for text in texts if (key := row_key(text)))
    return list(keys)[:maximum]
