"""The JSON document of a listing for one class of systems: all chunks, plain and compressed.

`extery_site.listings.snapshot.Snapshot.render` makes it; which entries a class of systems gets is decided in
`extery_site.listings.chunks`.

Bodies are lists of byte strings, so that documents share the chunks that they have in common.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence

from extery.core.cached_property import cached_property
from extery_site.listings.chunks import RenderedChunk, deflate

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_TAIL = b"]}"
#: Compresses 100 kB in 2 ms, to fewer bytes than gzip.
_BROTLI_QUALITY = 5
#: Shorter bodies are joined: servers send one byte string without another copy. Longer bodies share
#: their chunks.
MAX_JOINED_SIZE = 1_000_000


class ListingDocument:
    """The bytes of a listing, and its entity tags, which depend on the bytes only."""

    def __init__(self, revision: int, head: bytes, chunks: Sequence[RenderedChunk]) -> None:
        self.revision = revision
        self._head = head
        self.chunks = [chunk for chunk in chunks if chunk.body]
        digests = b"".join(chunk.digest for chunk in self.chunks)
        digest = hashlib.sha256(hashlib.sha256(head).digest() + digests).hexdigest()[:32]
        self.etag = f'"{digest}"'
        self.gzip_etag = f'"{digest}-gzip"'
        self.brotli_etag = f'"{digest}-br"'

    @cached_property
    def body(self) -> list[bytes]:
        """The document as byte strings."""
        if not self.chunks:
            return [self._head + _TAIL]
        first, *others = (chunk.body for chunk in self.chunks)
        parts = [self._head + first[1:], *others]
        parts[-1] += _TAIL
        return _joined(parts)

    @cached_property
    def length(self) -> int:
        """Length of the body."""
        return sum(map(len, self.body))

    @cached_property
    def gzipped(self) -> list[bytes]:
        """The document as gzip, for clients that accept it; Blender does not."""
        parts = [_GZIP_HEADER + deflate(self._head)]
        if self.chunks:
            first, *others = self.chunks
            parts[0] += first.compressed_without_comma
            parts += [chunk.compressed for chunk in others]
        checksum = 0
        for part in self.body:
            checksum = zlib.crc32(part, checksum)
        end = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        parts[-1] += end.compress(_TAIL) + end.flush()
        parts[-1] += struct.pack("<LL", checksum, self.length & 0xFFFFFFFF)
        return _joined(parts)

    @cached_property
    def gzipped_length(self) -> int:
        """Length of the compressed body."""
        return sum(map(len, self.gzipped))

    @cached_property
    def brotli(self) -> list[bytes]:
        """The document as Brotli; for small documents, because it is compressed as a whole."""
        import brotli

        return [brotli.compress(b"".join(self.body), quality=_BROTLI_QUALITY)]

    @property
    def own_size(self) -> int:
        """Bytes of memory besides the chunks: joined bodies, else the first and the last part."""
        size = 0
        for parts in (self.body, self.__dict__.get("gzipped", []), self.__dict__.get("brotli", [])):
            size += sum(map(len, parts if len(parts) < 3 else (parts[0], parts[-1])))
        return size


def _joined(parts: list[bytes]) -> list[bytes]:
    return [b"".join(parts)] if sum(map(len, parts)) <= MAX_JOINED_SIZE else parts
