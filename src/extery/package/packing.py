"""Read the files of a package and pack them in threads; the results come in order.

Small files are read, hashed and packed by one thread each. Large ones are read and packed in blocks of a fixed size, so
the bytes do not depend on the number of threads, and only a few blocks are in memory whatever the size of a file.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from extery.core.errors import InvalidInput, Where
from extery.package.checksums import fast_crc32
from extery.package.codecs import BLOCK, WINDOW, Codec, pack_block
from extery.package.packed_files import PackedFiles, PackedRecord, key_of
from extery.package.source_files import SourceFile, open_source
from extery.package.streams import DEFLATED, STORED

#: Suffixes of files that are compressed already and therefore stored.
STORED_SUFFIXES = frozenset(
    {".whl", ".zip", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".rar"}
    | {".tgz", ".tbz2", ".txz", ".tzst"}
)
# Limits for what waits to be written: in number for small files, in bytes for large ones.
_MAX_WAITING = 256
_MAX_WAITING_BYTES = 16 << 20


class Block(NamedTuple):
    """A member in its packed form, or a part of it.

    ``size`` and ``crc`` are those of the member; of one in several parts they are known with the last part. ``key`` is
    that of `PackedRecord`, empty for members that are stored as they are.
    """

    member: SourceFile
    data: bytes | bytearray
    method: int
    size: int = 0
    crc: int = 0
    key: bytes = b""
    sha256: bytes = b""
    saved: int = 0
    is_first: bool = True
    is_last: bool = True
    is_reused: bool = False


def pack(
    members: Sequence[SourceFile], codec: Codec, *, threads: int, packed: PackedFiles
) -> Generator[Block]:
    """Yield the members in their order; files in ``packed`` are not packed again.

    Raises `InvalidInput` for a file that cannot be read, or has changed.
    """
    waiting: deque[tuple[Future[Block] | Block, int]] = deque()
    weight = 0
    with ThreadPoolExecutor(threads or _processors()) as pool:
        try:
            for item, size in _submit(members, codec, pool, packed):
                waiting.append((item, size))
                weight += size
                while len(waiting) > _MAX_WAITING or weight > _MAX_WAITING_BYTES:
                    first, first_size = waiting.popleft()
                    yield _result(first)
                    weight -= first_size
            while waiting:
                yield _result(waiting.popleft()[0])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _result(item: Future[Block] | Block) -> Block:
    return item if isinstance(item, Block) else item.result()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _is_stored(member: SourceFile) -> bool:
    suffix = os.path.splitext(member.name)[1].lower()  # noqa: PTH122 (a name, not a path)
    return suffix in STORED_SUFFIXES or not member.size


def _submit(
    members: Sequence[SourceFile], codec: Codec, pool: ThreadPoolExecutor, packed: PackedFiles
) -> Iterator[tuple[Future[Block] | Block, int]]:
    """Yield the blocks of the members, with the bytes of memory that each takes until it is written."""
    for member in members:
        if member.size <= codec.max_whole or member.transform:
            # At most the file and its packed form.
            yield pool.submit(_pack_whole, member, codec, packed), 2 * member.size
        elif _is_stored(member):
            yield from ((block, len(block.data)) for block in _stored_blocks(member))
        else:
            yield from _pack_large(member, codec, pool, packed)


def _pack_whole(member: SourceFile, codec: Codec, packed: PackedFiles) -> Block:
    with open_source(member) as file:
        data = file.read(member.size + 1)
    transform, key = member.transform, b""
    if not _is_stored(member):
        key = key_of(hashlib.sha256(data).digest(), transform.id if transform else "")
        if reused := _find_packed(member, key, data, packed):
            return reused
    saved = 0
    if transform:
        changed = transform.apply(data)
        saved, data = len(data) - len(changed), changed
    crc = fast_crc32()(data, 0)
    result: bytes | bytearray = codec.pack(data) if key else data
    method = DEFLATED
    if not key or len(result) >= len(data):
        result, method = data, STORED
    digest = hashlib.sha256(result).digest() if key else b""
    return Block(member, result, method, len(data), crc, key, digest, saved)


def _find_packed(member: SourceFile, key: bytes, data: bytes, packed: PackedFiles) -> Block | None:
    """Return a small file as it was packed before, ``None`` if it was not."""
    record, old = packed.get(key), data
    if record is None:
        return None
    # Of a file that does not get smaller, the packed bytes are those that were just read.
    if record.method != STORED or member.transform:
        found = packed.read(record)
        if found is None:
            return None
        old = found
    return Block(
        *(member, old, record.method, record.size, record.crc, key),
        *(record.packed_sha256, record.saved),
        is_reused=True,
    )


def _stored_blocks(member: SourceFile) -> Iterator[Block]:
    crc, is_first = 0, True
    with open_source(member) as file:
        block = file.read(BLOCK)
        while block or is_first:
            following = file.read(BLOCK)
            crc = fast_crc32()(block, crc)
            yield Block(
                *(member, block, STORED, member.size, crc),
                is_first=is_first,
                is_last=not following,
            )
            block, is_first = following, False


def _pack_large(
    member: SourceFile, codec: Codec, pool: ThreadPoolExecutor, packed: PackedFiles
) -> Iterator[tuple[Future[Block] | Block, int]]:
    if packed.has_size(member.size) and (record := packed.find(_hash(member))):
        yield from ((block, len(block.data)) for block in _reused_blocks(member, packed, record))
        return
    window, crc, is_first, digest = b"", 0, True, hashlib.sha256()
    with open_source(member) as file:
        block = file.read(BLOCK)
        while block or is_first:
            following = file.read(BLOCK)
            crc = fast_crc32()(block, crc)
            digest.update(block)
            part = Block(
                *(member, b"", DEFLATED, member.size, crc),
                key=b"" if following else digest.digest(),
                is_first=is_first,
                is_last=not following,
            )
            yield pool.submit(_pack_part, part, block, window, codec.block_level), 2 * len(block)
            window, block, is_first = block[-WINDOW:], following, False


def _pack_part(part: Block, data: bytes, window: bytes, level: int) -> Block:
    return part._replace(data=pack_block(data, window, is_last=part.is_last, level=level))


def _hash(member: SourceFile) -> bytes:
    digest = hashlib.sha256()
    with open_source(member) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.digest()


def _reused_blocks(
    member: SourceFile, packed: PackedFiles, record: PackedRecord
) -> Iterator[Block]:
    """Yield the packed bytes of a large file from an archive.

    They are verified once more while they are copied: the first reading has not kept them.
    """
    digest, left, is_first = hashlib.sha256(), record.packed, True
    for data in packed.blocks(record):
        digest.update(data)
        left -= len(data)
        yield Block(
            *(member, data, record.method, record.size, record.crc),
            key=b"" if left else record.key,
            sha256=record.packed_sha256,
            is_first=is_first,
            is_last=not left,
            is_reused=True,
        )
        is_first = False
    if left or digest.digest() != record.packed_sha256:
        raise InvalidInput.of(
            "build.file-changed", where=Where(member.name), variant="package", path=member.name
        )
