"""A listing ready to be sent, plain and compressed, as pieces that answers share."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from functools import cached_property

from extery_site.listings.chunks import RenderedChunk, deflate

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_TAIL = b"]}"
#: Shorter bodies are one piece: servers send that without another copy. Longer ones share their chunks.
MAX_JOINED = 1_000_000


class Answer:
    """The bytes of a listing and its entity tags, which depend on the bytes only."""

    def __init__(self, revision: int, head: bytes, chunks: Sequence[RenderedChunk]) -> None:
        self.revision = revision
        self._head = head
        self.chunks = [chunk for chunk in chunks if chunk.body]
        digests = b"".join(chunk.digest for chunk in self.chunks)
        digest = hashlib.sha256(hashlib.sha256(head).digest() + digests).hexdigest()[:32]
        self.etag = f'"{digest}"'
        self.gzip_etag = f'"{digest}-gzip"'

    @cached_property
    def body(self) -> list[bytes]:
        """The listing in pieces, none of them small."""
        if not self.chunks:
            return [self._head + _TAIL]
        first, *others = (chunk.body for chunk in self.chunks)
        pieces = [self._head + first[1:], *others]
        pieces[-1] += _TAIL
        return _joined(pieces)

    @cached_property
    def length(self) -> int:
        """Length of the body."""
        return sum(map(len, self.body))

    @cached_property
    def gzipped(self) -> list[bytes]:
        """The body for clients that accept gzip; Blender does not."""
        pieces = [_GZIP_HEADER + deflate(self._head)]
        if self.chunks:
            first, *others = self.chunks
            pieces[0] += first.compressed_without_comma
            pieces += [chunk.compressed for chunk in others]
        checksum = 0
        for piece in self.body:
            checksum = zlib.crc32(piece, checksum)
        end = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        pieces[-1] += end.compress(_TAIL) + end.flush()
        pieces[-1] += struct.pack("<LL", checksum, self.length & 0xFFFFFFFF)
        return _joined(pieces)

    @cached_property
    def gzipped_length(self) -> int:
        """Length of the compressed body."""
        return sum(map(len, self.gzipped))

    @property
    def own_size(self) -> int:
        """Bytes of memory besides the chunks: joined bodies, else the first and the last piece."""
        size = 0
        for pieces in (self.body, self.__dict__.get("gzipped", [])):
            size += sum(map(len, pieces if len(pieces) < 3 else (pieces[0], pieces[-1])))
        return size


def _joined(pieces: list[bytes]) -> list[bytes]:
    return [b"".join(pieces)] if sum(map(len, pieces)) <= MAX_JOINED else pieces
