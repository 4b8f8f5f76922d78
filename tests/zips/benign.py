"""Mutations that do not change the unpacked files: no reader may refuse them."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from tests.zips.data import deflate, pick, pick_file, store, unpacked
from tests.zips.names import add_member
from tests.zips.structure import Archive


def other_times(archive: Archive, rng: random.Random) -> str:
    time, date = rng.choice(((0, 0x21), (0xBF7D, 0xFF9F), (0x7000, 0x5A6E)))
    entry, local = pick(archive, rng)
    for record in (entry, local):
        record.time, record.date = time, date
    return f"times {time:#x} {date:#x}"


def other_comment(archive: Archive, rng: random.Random) -> str:
    archive.end.comment = rng.choice((b"", b"hello", b"x" * 2000, "größe".encode()))
    return f"comment {len(archive.end.comment)}"


def member_comment(archive: Archive, rng: random.Random) -> str:
    rng.choice(archive.entries).comment = rng.choice((b"hello", b"c" * 500))
    return "member-comment"


def entry_order(archive: Archive, rng: random.Random) -> str:
    rng.shuffle(archive.entries)
    return "order of entries"


def member_order(archive: Archive, rng: random.Random) -> str:
    order = list(range(len(archive.entries)))
    rng.shuffle(order)
    pairs = archive.pairs()
    archive.entries = [pairs[number][0] for number in order]
    archive.locals = [pairs[number][1] for number in order]
    return "order of members"


def other_level(archive: Archive, rng: random.Random) -> str:
    entry, local = pick_file(archive, rng)
    data, level = unpacked(entry, local), rng.randint(0, 9)
    store(entry, local, data, deflate(data, level), 8)
    return f"level {level}"


def stored(archive: Archive, rng: random.Random) -> str:
    entry, local = pick(archive, rng)
    data = unpacked(entry, local)
    store(entry, local, data, data, 0)
    return "stored"


def permissions(archive: Archive, rng: random.Random) -> str:
    entry, _ = pick_file(archive, rng)
    entry.made_by = (3 << 8) | 20
    mode = rng.choice((0o100644, 0o100755, 0o100600, 0o100666, 0o100777, 0o644, 0))
    entry.external = mode << 16
    return f"permissions {mode:o}"


def harmless_extra(archive: Archive, rng: random.Random) -> str:
    """Times and owners as Info-ZIP writes them, padding as Android's tools do."""
    entry, local = pick(archive, rng)
    kind, body = rng.choice(((0x5455, struct.pack("<BL", 1, 1741964966)), (0x7875, b"\x01\x04\xe8\x03\0\0\x04\xe8\x03\0\0"), (0x000A, b"\0\0\0\0\1\0\x18\0" + bytes(24))))  # fmt: skip
    for record in (entry, local):
        record.extra += struct.pack("<HH", kind, len(body)) + body
    return f"extra {kind:#06x}"


def text_bit(archive: Archive, rng: random.Random) -> str:
    rng.choice(archive.entries).internal ^= 1
    return "text bit"


def one_more_member(archive: Archive, rng: random.Random) -> str:
    where = (
        archive.entries[0].name.partition(b"/")[0] + b"/"
        if all(b"/" in e.name for e in archive.entries)
        else b""
    )
    name = where + f"extra{rng.randrange(1000)}.txt".encode()
    add_member(archive, name, b"more\n" * rng.randrange(10))
    return f"one more {name!r}"


BENIGN: tuple[Callable[[Archive, random.Random], str], ...] = (
    other_times, other_comment, member_comment, entry_order, member_order, other_level, stored, permissions, harmless_extra, text_bit, one_more_member,
)  # fmt: skip
