"""Decode compressed bodies in small steps, so that no body takes more memory than its reader allows.

A body has at most one encoding, one that was requested. Nested encodings, which HTTP allows and
file servers never send, multiply the decoded size and are refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from extery.core.errors import Corrupt
from extery.fetch.addresses import redact_url, sanitize_text
from extery.fetch.response import Response
from extery.fetch.retry import TransientError

IDENTITY = "identity"
_BLOCK = 1 << 16
#: Parallel compressors write a member per block; more than this is an attack.
MAX_GZIP_MEMBERS = 10_000
_GZIP_MAGIC = b"\x1f"  # and a second byte, which may be in the next block
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class _InvalidData(Exception):
    """The body is not valid for its encoding: a reason, or else a variant of ``fetch.encoding``."""

    def __init__(self, reason: str = "", *, variant: str = "", limit: int = 0) -> None:
        super().__init__(reason or variant)
        self.reason, self.variant, self.limit = reason, variant, limit


def supported_encodings() -> tuple[str, ...]:
    """Return the encodings that can be decoded, for ``Accept-Encoding``."""
    return ("gzip",) if _brotli() is None else ("br", "gzip")


def content_encoding(headers: Mapping[str, str]) -> str:
    """Return the encoding in ``Content-Encoding``, or the whole value if it is unknown."""
    name = headers.get("content-encoding", "").strip().lower()
    return {"": IDENTITY, "x-gzip": "gzip"}.get(name, name)


def decode_body(response: Response, accepted: Sequence[str]) -> Iterator[bytes]:
    """Yield the decoded body; raises `Corrupt` for an encoding that is not in ``accepted``."""
    encoding = content_encoding(response.headers)
    if encoding != IDENTITY and encoding not in accepted:
        raise unexpected_encoding_error(response)
    if encoding == IDENTITY:
        return response.blocks
    decode = _decode_gzip if encoding == "gzip" else _decode_brotli
    return _with_error_translation(response, decode(response.blocks))


def unexpected_encoding_error(response: Response) -> Corrupt:
    """Return the error of an encoding that was not requested."""
    return Corrupt.of(
        "fetch.compressed",
        url=redact_url(response.url),
        encoding=sanitize_text(response.headers["content-encoding"]),
    )


def _with_error_translation(response: Response, blocks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except _InvalidData as error:
        raise Corrupt.of(
            "fetch.encoding",
            variant=error.variant,
            url=redact_url(response.url),
            reason=error.reason,
            limit=error.limit,
        ) from error
    except EOFError as error:
        raise TransientError.of(
            "fetch.cut-off", variant="compressed", url=redact_url(response.url)
        ) from error


def _decode_gzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Decode one or more gzip members (RFC 1952); trailing data is refused.

    Web servers append nothing, so trailing data is damage or an attempt to hide content.
    """
    members, member = 0, None
    for received in blocks:
        block = received
        while block:
            if member is None:
                if members and not block.startswith(_GZIP_MAGIC):
                    raise _InvalidData(variant="trailing-data")
                members += 1
                if members > MAX_GZIP_MEMBERS:
                    raise _InvalidData(variant="too-many-members", limit=MAX_GZIP_MEMBERS)
                member = zlib.decompressobj(_GZIP_WINDOW)
            try:
                piece = member.decompress(block, _BLOCK)
            except zlib.error as error:
                raise _InvalidData(str(error)) from error
            if piece:
                yield piece
            block = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member = None
    if member is not None or not members:
        raise EOFError


def _decode_brotli(blocks: Iterator[bytes]) -> Iterator[bytes]:
    brotli = _brotli()
    decoder = brotli.Decompressor()
    try:
        for block in blocks:
            piece = decoder.process(block, output_buffer_limit=_BLOCK)
            yield piece
            # A full piece means that more output is pending, whether or not the whole block was read.
            while len(piece) >= _BLOCK or not decoder.can_accept_more_data():
                piece = decoder.process(b"", output_buffer_limit=_BLOCK)
                if not piece:
                    break
                yield piece
    except brotli.error as error:
        raise _InvalidData(str(error)) from error
    if not decoder.is_finished():
        raise EOFError


@cache
def _brotli() -> Any:
    """Return the Brotli library if it can bound its output (1.2 and newer), else ``None``."""
    try:
        library = import_module("brotli")
    except ImportError:
        return None
    decoder = getattr(library, "Decompressor", None)
    return library if hasattr(decoder, "can_accept_more_data") else None
