"""Compressors for the members of packages. A codec with the same id packs the same bytes on every machine.

libdeflate is several times as fast as zlib, and has no streams: it packs a file in one piece. So larger files are packed by
zlib in blocks, with any codec.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Literal, NamedTuple

from extery.core.errors import InvalidInput

Compression = Literal["libdeflate", "smallest", "zlib"]
COMPRESSIONS: tuple[Compression, ...] = ("libdeflate", "smallest", "zlib")

#: Size of the blocks that zlib packs, in bytes.
BLOCK = 1 << 20
# The window of deflate: the end of the previous block is the dictionary of the next one.
WINDOW = 1 << 15
#: Files up to this size are packed in one piece by libdeflate.
_MAX_WHOLE = 16 << 20
_ZLIB_LEVEL = 9
#: Level of zlib for larger files, beside libdeflate: half the time of level 9 for 0.6 % more bytes.
_FAST_ZLIB_LEVEL = 6
#: Parts of larger files are packed first, and the file is stored if they get hardly smaller; sizes in bytes.
_MIN_SAMPLED, _SAMPLE, _MIN_RATIO = 1 << 16, 1 << 13, 0.998
#: Increment when the same library packs other bytes, for example in other blocks.
_REVISION = 1
_LEVELS = {"libdeflate": 6, "smallest": 12}


class Codec(NamedTuple):
    """``pack`` compresses files of at most ``max_whole`` bytes; `pack_block` larger ones, with ``block_level``."""

    name: Compression
    library: str
    level: int
    max_whole: int
    block_level: int
    pack: Callable[[bytes], bytes | bytearray]

    @property
    def id(self) -> str:
        """What the bytes of a package depend on, apart from its files: libraries, versions and levels."""
        return f"{self} blocks {_zlib()} {self.block_level} revision {_REVISION}"

    def __str__(self) -> str:
        return f"{self.library}, level {self.level}"


def find_codec(name: Compression | None = None) -> Codec:
    """Return a codec: by default libdeflate if it is installed, and zlib if not.

    Raises `InvalidInput` if a codec was chosen that is not installed.
    """
    if name == "zlib":
        return _zlib_codec()
    try:
        import deflate
    except ImportError:
        if name is None:
            return _zlib_codec()
        raise InvalidInput.of("build.compression-missing", name=name) from None
    chosen: Compression = name or "libdeflate"
    level, compress = _LEVELS[chosen], deflate.deflate_compress
    library = f"libdeflate of deflate {deflate.__version__}"

    def pack(data: bytes) -> bytes | bytearray:
        samples = b"" if chosen == "smallest" else _samples(data)
        if samples and len(compress(samples, 1)) > _MIN_RATIO * len(samples):
            return data  # it is stored
        return compress(data, level)

    block_level = _FAST_ZLIB_LEVEL if chosen == "libdeflate" else _ZLIB_LEVEL
    return Codec(chosen, library, level, _MAX_WHOLE, block_level, pack)


def _samples(data: bytes) -> bytes:
    """Return parts from the start, the middle and the end of a large file: images and videos are packed already."""
    if len(data) < _MIN_SAMPLED:
        return b""
    middle = len(data) // 2
    return data[:_SAMPLE] + data[middle : middle + _SAMPLE] + data[-_SAMPLE:]


def _zlib_codec() -> Codec:
    return Codec("zlib", _zlib(), _ZLIB_LEVEL, BLOCK, _ZLIB_LEVEL, pack_block)


def _zlib() -> str:
    # Some builds of Python contain zlib-ng in place of zlib: its version says so.
    return f"zlib {zlib.ZLIB_RUNTIME_VERSION}"


def pack_block(
    data: bytes, window: bytes = b"", *, is_last: bool = True, level: int = _ZLIB_LEVEL
) -> bytes:
    """Return one block of a deflate stream; unless it is the last, the next one can follow directly.

    ``window`` is the end of the previous block.
    """
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=window)
    packed = packer.compress(data)
    return packed + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH)
