"""Compressed bodies, unpacked in small steps: no body can make more memory than its reader allows.

A body has one encoding, and it is one that was asked for. Encodings on top of each other, which
HTTP allows and no server of files sends, multiply what one byte unpacks to, and are refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from extery.core.errors import Corrupt
from extery.fetch.addresses import printable, redact_url
from extery.fetch.response import Response
from extery.fetch.retry import TransientError

IDENTITY = "identity"
_BLOCK = 1 << 16
#: Programs that compress in parallel write a member for each piece; more than this are an attack.
MAX_GZIP_MEMBERS = 10_000
_GZIP_MAGIC = b"\x1f"  # and a second byte, which may be in the next block
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class _Damaged(Exception):
    """The body is not what its encoding says."""


def encodings() -> tuple[str, ...]:
    """What can be unpacked, for ``Accept-Encoding``."""
    return ("gzip",) if _brotli() is None else ("br", "gzip")


def encoding_of(headers: Mapping[str, str]) -> str:
    """The one name in ``Content-Encoding``, or the whole value if it is unknown."""
    name = headers.get("content-encoding", "").strip().lower()
    return {"": IDENTITY, "x-gzip": "gzip"}.get(name, name)


def decoded(answer: Response, asked: Sequence[str]) -> Iterator[bytes]:
    """The body, unpacked; its encoding has to be one of ``asked`` or none."""
    encoding = encoding_of(answer.headers)
    if encoding != IDENTITY and encoding not in asked:
        raise unasked(answer)
    if encoding == IDENTITY:
        return answer.blocks
    unpack = _unpacked_gzip if encoding == "gzip" else _unpacked_brotli
    return _checked(answer, unpack(answer.blocks))


def unasked(answer: Response) -> Corrupt:
    """The error of an encoding that was not asked for."""
    return Corrupt.of(
        "fetch.compressed",
        f"{redact_url(answer.url)} comes with Content-Encoding"
        f" {printable(answer.headers['content-encoding'])!r}, which was not asked for",
        hint="the server may use one encoding, and only one that Accept-Encoding names",
    )


def _checked(answer: Response, blocks: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from blocks
    except _Damaged as error:
        raise Corrupt.of(
            "fetch.encoding",
            f"what {redact_url(answer.url)} sent cannot be unpacked: {error}",
            hint="the server compresses badly; report it to its owner",
        ) from error
    except EOFError as error:
        raise TransientError.of(
            "fetch.cut-off",
            f"{redact_url(answer.url)} ended in the middle of its compressed data",
            hint="try again later",
        ) from error


def _unpacked_gzip(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """One gzip member or several after each other, as RFC 1952 has it, and nothing behind them.

    Web servers add nothing, so what follows is damage or an attempt to hide something.
    """
    members, member = 0, None
    for received in blocks:
        block = received
        while block:
            if member is None:
                if members and not block.startswith(_GZIP_MAGIC):
                    raise _Damaged("something follows the compressed data")
                members += 1
                if members > MAX_GZIP_MEMBERS:
                    raise _Damaged(f"more than {MAX_GZIP_MEMBERS:,} gzip members")
                member = zlib.decompressobj(_GZIP_WINDOW)
            try:
                piece = member.decompress(block, _BLOCK)
            except zlib.error as error:
                raise _Damaged(str(error)) from error
            if piece:
                yield piece
            block = member.unused_data if member.eof else member.unconsumed_tail
            if member.eof:
                member = None
    if member is not None or not members:
        raise EOFError


def _unpacked_brotli(blocks: Iterator[bytes]) -> Iterator[bytes]:
    brotli = _brotli()
    decoder = brotli.Decompressor()
    try:
        for block in blocks:
            piece = decoder.process(block, output_buffer_limit=_BLOCK)
            yield piece
            # More waits inside after a piece as long as that, whether all of the block was read or not.
            while len(piece) >= _BLOCK or not decoder.can_accept_more_data():
                piece = decoder.process(b"", output_buffer_limit=_BLOCK)
                if not piece:
                    break
                yield piece
    except brotli.error as error:
        raise _Damaged(str(error)) from error
    if not decoder.is_finished():
        raise EOFError


@cache
def _brotli() -> Any:
    """The library, if it is installed and can stop after a number of unpacked bytes (from 1.2 on)."""
    try:
        library = import_module("brotli")
    except ImportError:
        return None
    decoder = getattr(library, "Decompressor", None)
    return library if hasattr(decoder, "can_accept_more_data") else None
