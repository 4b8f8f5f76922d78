"""Shared parts of mutations: choose a member, unpack it, and replace its data in all headers."""

from __future__ import annotations

import bz2
import lzma
import random
import struct
import zlib

from tests.zips.structure import Archive, Central, Local

_FLAG_DESCRIPTOR = 8


def pick(archive: Archive, rng: random.Random) -> tuple[Central, Local]:
    return rng.choice(archive.pairs())


def pick_file(archive: Archive, rng: random.Random) -> tuple[Central, Local]:
    """Choose a member with data, if there is one."""
    return rng.choice([pair for pair in archive.pairs() if pair[1].data] or archive.pairs())


def unpacked(entry: Central, local: Local) -> bytes:
    try:
        if entry.method == 8:
            return zlib.decompress(local.data, -15)
        if entry.method == 12:
            return bz2.decompress(local.data)
        if entry.method == 14:
            return _unpack_lzma(local.data, entry.size)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, LookupError, struct.error):
        pass
    return local.data if entry.method == 0 else b"x = 1\n"


def _unpack_lzma(data: bytes, size: int) -> bytes:
    """Two bytes of version, two of length, the properties of LZMA1, then the stream."""
    first, dictionary = struct.unpack_from("<BL", data, 4)
    lc, lp, pb = first % 9, first // 9 % 5, first // 45
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": lc, "lp": lp, "pb": pb}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(data[9:], size)


def store(entry: Central, local: Local, data: bytes, packed: bytes, method: int) -> None:
    """Give a member other contents, right in both headers, without a descriptor."""
    local.data, local.descriptor = packed, b""
    for record in (entry, local):
        record.flags &= ~(_FLAG_DESCRIPTOR | 6)
        record.method, record.crc, record.packed, record.size = (
            method,
            zlib.crc32(data),
            len(packed),
            len(data),
        )
        record.extra = without_extra(record.extra, 1)


def without_extra(extra: bytes, kind: int) -> bytes:
    kept, at = b"", 0
    while at + 4 <= len(extra):
        found, length = struct.unpack_from("<HH", extra, at)
        if found != kind:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept


def deflate(data: bytes, level: int = 9) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
