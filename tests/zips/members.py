"""Mutations of the attributes and the data of a member."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable

from tests.zips.data import deflate, pick, pick_file, store, unpacked
from tests.zips.names import add_member
from tests.zips.structure import DESCRIPTOR, MAX_32, Archive

_MODES = {"folder": 0o040755, "link": 0o120777, "fifo": 0o010644, "character": 0o020644, "block": 0o060644, "socket": 0o140644, "set-uid": 0o104755, "none": 0, "whiteout": 0o160000}  # fmt: skip


def attributes(archive: Archive, rng: random.Random) -> str:
    entry, _ = pick(archive, rng)
    system = rng.choice((0, 3, 3, 3, 2, 7, 10, 11, 14, 19, 255))
    mode, dos = rng.choice(list(_MODES)), rng.choice((0, 0, 0x10, 0x20, 0x08, 0xFF))
    entry.made_by = (system << 8) | (entry.made_by & 0xFF)
    entry.external = (_MODES[mode] << 16) | dos
    return f"attributes system={system} {mode} dos={dos:#x} {entry.name!r}"


def link(archive: Archive, rng: random.Random) -> str:
    """A symbolic link, and perhaps a member below it."""
    target = rng.choice((b"data", b"../outside", b"__init__.py", b"."))
    entry = add_member(archive, b"link", target)
    entry.external = 0o120777 << 16
    if rng.random() < 0.5:
        add_member(archive, b"link/below.txt", b"below\n")
    return f"link {target!r}"


def folder_data(archive: Archive, rng: random.Random) -> str:
    """A folder that has data, or a file that is a folder by its name or attributes."""
    how = rng.choice(("data", "deflated", "attribute", "both names", "size only"))
    entry = add_member(archive, b"folder/" if how != "attribute" else b"folder", b"" if how == "size only" else b"data of a folder")  # fmt: skip
    assert entry.local is not None
    if how == "attribute":
        entry.external = (0o040755 << 16) | 0x10
    elif how == "deflated":
        store(entry, entry.local, b"data", deflate(b"data"), 8)
    elif how == "both names":
        add_member(archive, b"folder", b"a file")
    elif how == "size only":
        entry.size = entry.packed = 5
    return f"folder {how}"


def descriptors(archive: Archive, rng: random.Random) -> str:
    """A data descriptor in each of its forms, right, wrong, missing, or with sizes in the local header too."""
    entry, local = pick_file(archive, rng)
    how = rng.choice(("signed", "bare", "signed64", "bare64", "missing", "wrong crc", "wrong size", "sizes kept", "flag central only", "flag local only", "stored"))  # fmt: skip
    if how == "stored":
        data = unpacked(entry, local)
        store(entry, local, data, data, 0)
    wide = "Q" if how.endswith("64") else "L"
    crc = local.crc ^ 1 if how == "wrong crc" else entry.crc
    size = entry.size + 1 if how == "wrong size" else entry.size
    body = struct.pack(f"<L2{wide}", crc, entry.packed, size) if entry.size < MAX_32 else b""
    local.descriptor = b"" if how == "missing" or how.startswith("flag") else (b"" if how.startswith("bare") else DESCRIPTOR) + body  # fmt: skip
    for record, other in ((entry, "flag local only"), (local, "flag central only")):
        record.flags = record.flags & ~8 if how == other else record.flags | 8
    if how not in ("sizes kept", "flag central only", "flag local only"):
        local.crc = local.packed = local.size = 0
    return f"descriptor {how}"


def other_data(archive: Archive, rng: random.Random) -> str:
    """Data that does not match the headers."""
    entry, local = pick_file(archive, rng)
    how = rng.choice(("cut", "trailing", "trailing counted", "shorter size", "longer size", "crc", "flip", "other method", "two streams", "deflate64", "empty stream"))  # fmt: skip
    if how == "cut":
        local.data = local.data[:-1]
    elif how == "trailing":
        local.data += b"trailing"
    elif how in ("trailing counted", "two streams"):
        more = b"trailing" if how == "trailing counted" else deflate(b"second")
        local.data += more
        entry.packed += len(more)
        local.packed += len(more) if local.packed else 0
    elif how in ("shorter size", "longer size"):
        data = unpacked(entry, local)
        stated = max(
            0, len(data) + rng.choice((-1, -4)) if how == "shorter size" else len(data) + 3
        )
        right = rng.random() < 0.6  # the checksum matches the stated size
        for record in (entry, local):
            record.size = stated
            record.crc = zlib.crc32(data[:stated]) if right else record.crc
    elif how == "crc":
        for record in rng.choice(((entry, local), (entry,), (local,))):
            record.crc ^= 1
    elif how == "flip" and local.data:
        place = rng.randrange(len(local.data))
        local.data = local.data[:place] + bytes([local.data[place] ^ 1]) + local.data[place + 1 :]
    elif how in ("other method", "deflate64"):
        method = 9 if how == "deflate64" else rng.choice((0, 1, 6, 8, 12, 14, 93, 95, 97, 98, 99))
        for record in rng.choice(((entry, local), (entry,), (local,))):
            record.method = method
        return f"data {how} {method}"
    elif how == "empty stream":
        store(entry, local, b"", deflate(b""), 8)
    return f"data {how} {entry.name!r}"


def encryption(archive: Archive, rng: random.Random) -> str:
    entry, local = pick(archive, rng)
    flag = rng.choice((0x1, 0x1, 0x20, 0x40, 0x2000, 0x80, 0x1000))
    where = rng.choice(("both", "central", "local"))
    for record in {"both": (entry, local), "central": (entry,), "local": (local,)}[where]:
        record.flags |= flag
    return f"flag {flag:#x} {where}"


MEMBERS: tuple[Callable[[Archive, random.Random], str], ...] = (
    attributes, attributes, link, folder_data, descriptors, descriptors, other_data, other_data, encryption,
)  # fmt: skip
