"""Parts of a snapshot: about 256 consecutive extensions, rendered and compressed together.

A chunk joins the rendered entries of its extensions (`extery_site.listings.entries`) for one class
of systems; `extery_site.listings.document` joins chunks. Where a chunk begins depends only on the
ids, so that all processes have the same chunks, and a change of one extension changes one chunk.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from weakref import WeakValueDictionary

from extery.core.cached_property import cached_property
from extery.core.compatibility import System
from extery.core.system_classes import SystemNormalizer
from extery_site.listings.packed import PackedEntries

#: Average number of extensions in a chunk: 150 kB, compressed in 5 ms.
EXTENSIONS_PER_CHUNK = 256
_GZIP_LEVEL = 6


def starts_chunk(id_key: str) -> bool:
    """Return whether a chunk begins with this extension."""
    return zlib.crc32(id_key.encode()) % EXTENSIONS_PER_CHUNK == 0


def deflate(data: bytes) -> bytes:
    """Compress to blocks of raw deflate that can be concatenated with others."""
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH)


_COMPRESSED_COMMA = deflate(b",")


class RenderedChunk:
    """The entries of a chunk for one class of systems: JSON with a comma before each entry."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.digest = hashlib.sha256(body).digest()

    @cached_property
    def compressed(self) -> bytes:
        """The body as blocks of raw deflate."""
        return _COMPRESSED_COMMA + deflate(self.body[1:])

    @property
    def compressed_without_comma(self) -> bytes:
        """The body without its first comma as blocks of raw deflate."""
        return self.compressed[len(_COMPRESSED_COMMA) :]

    @property
    def size(self) -> int:
        """Bytes of memory."""
        return len(self.body) + len(self.__dict__.get("compressed", b""))


class Chunk:
    """Consecutive extensions, and their rendered chunks, which live as long as a document uses them."""

    __slots__ = ("_normalizer", "_rendered", "audiences", "extensions")

    def __init__(self, extensions: tuple[PackedEntries, ...]) -> None:
        self.extensions = extensions
        self.audiences = frozenset(
            audience for entries in extensions for audience in entries.audiences
        )
        self._normalizer = SystemNormalizer(self.audiences)
        self._rendered: WeakValueDictionary[tuple[str, System], RenderedChunk] = (
            WeakValueDictionary()
        )

    def render(self, system: System, base: str) -> RenderedChunk:
        """Return the entries for a system, with download links that begin with ``base``."""
        key = (base, self._normalizer.normalize(system))
        rendered = self._rendered.get(key)
        if rendered is None:
            address = json.dumps(base)[1:-1].encode()
            rendered = RenderedChunk(
                b"".join(
                    b",%b%b%b" % (before, address, after)
                    for entries in self.extensions
                    for before, after in entries.newest(key[1])
                )
            )
            self._rendered[key] = rendered
        return rendered


def split(
    extensions: Iterable[tuple[str, PackedEntries]],
) -> Iterator[tuple[str, tuple[PackedEntries, ...]]]:
    """Split extensions, sorted by id, into chunks: yield the first id and the extensions of each."""
    first = ""
    part: list[PackedEntries] = []
    for id_key, entries in extensions:
        if part and starts_chunk(id_key):
            yield first, tuple(part)
            part = []
        if not part:
            first = id_key
        part.append(entries)
    if part:
        yield first, tuple(part)
