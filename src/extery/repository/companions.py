"""Companions of a listing that are out of date: compressed variants, and ``changes.json``.

Web servers prefer a compressed variant where a client accepts it, so a listing that another program has edited would be
sent in its old state.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from extery.core.errors import ExteryError
from extery.core.files import read_regular
from extery.listing import LISTING_FILENAME
from extery.listing.delta import CHANGES_FILENAME, listing_digest, target_digest

_ENCODINGS = {".gz": "gzip", ".br": "br"}


def stale_companions(folder: Path, listing: bytes) -> list[str]:
    """Return the names of companions in ``folder`` that do not belong to its listing.

    A variant with the modification time of the listing counts as current; one that cannot be decoded is out of date,
    unless its library is not installed.
    """
    return list(_stale(folder, listing))


def _stale(folder: Path, listing: bytes) -> Iterator[str]:
    path = folder / LISTING_FILENAME
    for suffix, encoding in _ENCODINGS.items():
        variant = path.with_name(path.name + suffix)
        try:
            if variant.stat().st_mtime_ns == path.stat().st_mtime_ns:
                continue
            is_current = _decodes_to(read_regular(variant), encoding, listing)
        except OSError:
            continue
        if not is_current:
            yield variant.name
    try:
        target = target_digest(read_regular(folder / CHANGES_FILENAME))
    except OSError:
        return
    if target and target != listing_digest(listing):
        yield CHANGES_FILENAME


def _decodes_to(data: bytes, encoding: str, expected: bytes) -> bool:
    from extery.fetch import Response
    from extery.fetch.decoding import decode_body, supported_encodings

    if encoding not in supported_encodings():
        return True
    response = Response("", 200, {"content-encoding": encoding}, iter([data]))
    decoded = b""
    try:
        for block in decode_body(response, (encoding,)):
            decoded += block
            if len(decoded) > len(expected):
                return False
    except ExteryError:
        return False
    return decoded == expected
