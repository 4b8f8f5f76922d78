"""Mutations of records: extra fields, and missing, duplicate, moved or absurd headers."""

from __future__ import annotations

import copy
import random
import struct
from collections.abc import Callable

from tests.zips.data import pick, pick_file, store, without_extra
from tests.zips.names import add_member, text_of, unicode_path
from tests.zips.structure import MAX_32, Archive, End64


def unicode_path_field(archive: Archive, rng: random.Random) -> str:
    entry, local = pick(archive, rng)
    path = rng.choice((text_of(entry), "__init__.py", "evil.py", "../evil.py", "", "gr\u00f6\u00dfe.txt", "a\0b", "blender_manifest.toml"))  # fmt: skip
    crc = rng.choice((None, None, None, 0))
    where = rng.choice(("both", "both", "central", "local"))
    block = unicode_path(entry.name, path, crc=crc, version=rng.choice((1, 1, 1, 2)))
    if rng.random() < 0.15:
        block = block[: rng.randrange(len(block))]
    if where != "local":
        entry.extra += block
    if where != "central":
        local.extra += block
    return f"extra unicode-path {where} {path!r} crc={crc}"


def zip64_field(archive: Archive, rng: random.Random) -> str:
    """Sizes or the offset in the extra field 1, right or wrong, with or without the mark that they are there."""
    entry, local = pick_file(archive, rng)
    sizes = [rng.choice((record, record, 0, 1, 2**63, 2**64 - 1, record + 1)) for record in (entry.size, entry.packed)]  # fmt: skip
    where = rng.choice((("central", entry), ("local", local), ("both", entry)))
    values, marks = sizes, rng.choice(("both", "size", "packed", "none"))
    body = struct.pack(f"<{len(values)}Q", *values)
    if rng.random() < 0.3:
        body = body[: rng.choice((0, 4, 8))]
    elif rng.random() < 0.3:
        body += struct.pack("<Q", rng.choice((0, archive.pairs()[-1][0].packed)))
    for record in (entry, local) if where[0] == "both" else (where[1],):
        record.extra = struct.pack("<HH", 1, len(body)) + body + without_extra(record.extra, 1)
        if marks in ("both", "size"):
            record.size = MAX_32
        if marks in ("both", "packed"):
            record.packed = MAX_32
    return f"extra zip64 {where[0]} {sizes} marks={marks} {len(body)} bytes"


def other_field(archive: Archive, rng: random.Random) -> str:
    """Extra fields that one of the readers knows, and some that are broken."""
    entry, local = pick(archive, rng)
    bodies = {
        "asi-unix link": (0x756E, struct.pack("<LHLHH", 0, 0o120777, 3, 0, 0) + b"../x"),
        "pkware unix": (0x000D, struct.pack("<LLHH", 0, 0, 0, 0) + b"../x"),
        "aes": (0x9901, b"\2\0AE\3\0\0"),
        "unicode-comment": (0x6375, b"\1\0\0\0\0x"),
        "zipit-mac": (0x2605, b"ZPIT\x07evil.py"),
        "mac": (0x334D, bytes(14)),
        "acorn": (0x4341, b"ARC0" + bytes(16)),
        "os2": (0x0009, bytes(4)),
        "vms": (0x4D49, bytes(8)),
        "jar": (0xCAFE, b""),
        "unknown": (0xBEEF, bytes(range(20))),
        "too long": (0xBEEF, None),
        "short": (None, b"\x01"),
        "zeros": (None, bytes(5)),
        "huge": (0xBEEF, bytes(60000)),
    }
    what = rng.choice(list(bodies))
    kind, body = bodies[what]
    block = struct.pack("<HH", kind, 500) if body is None else body if kind is None else struct.pack("<HH", kind, len(body)) + body  # fmt: skip
    where = rng.choice(("both", "central", "local"))
    for record in {"both": (entry, local), "central": (entry,), "local": (local,)}[where]:
        record.extra = record.extra + block if rng.random() < 0.5 else block + record.extra
    return f"extra {what} {where}"


# Records: added, removed, moved.


def drop_entry(archive: Archive, rng: random.Random) -> str:
    """A local member that the directory does not list."""
    entry = archive.entries.pop(rng.randrange(len(archive.entries)))
    return f"hidden local {entry.name!r}"


def repeat_entry(archive: Archive, rng: random.Random) -> str:
    """Two entries for the same bytes, with the same or another name."""
    entry = copy.copy(rng.choice(archive.entries))
    if rng.random() < 0.7:
        entry.name += b".py"
    archive.entries.append(entry)
    return f"overlap {entry.name!r}"


def bytes_between(archive: Archive, rng: random.Random) -> str:
    """Insert bytes between members or around the directory: zeros, junk, or a hidden member."""
    hidden = Archive()
    add_member(hidden, rng.choice((b"__init__.py", b"hidden.py")), b"hidden = 1\n")
    junk = rng.choice(
        (bytes(4), b"junk" * 10, hidden.locals[0].to_bytes(), b"PK\x03\x04", b"PK\x01\x02")
    )
    where = rng.choice(("before", "directory", "end", "descriptor"))
    if where == "before":
        pick(archive, rng)[1].before += junk
    elif where == "descriptor":
        pick(archive, rng)[1].descriptor += junk
    elif where == "directory":
        archive.before_directory += junk
    else:
        archive.before_end += junk
    return f"gap {where} {junk[:12]!r}"


def around(archive: Archive, rng: random.Random) -> str:
    """Add bytes before or after the archive: a script, another zip, zeros."""
    other = Archive()
    for name, data in (
        (b"blender_manifest.toml", b'id = "other"\n'),
        (b"__init__.py", b"other = 1\n"),
    ):
        add_member(other, name, data)
    what, extra = rng.choice((("script", b"#!/bin/sh\nexit\n"), ("zip", other.to_bytes()), ("zeros", bytes(70_000)), ("mz", b"MZ" + bytes(60)), ("end", b"PK\x05\x06"), ("locator", b"PK\x06\x07" + bytes(16))))  # fmt: skip
    where = rng.choice(
        ("prefix", "prefix-uncounted", "trailer", "comment", "comment-short", "before-end")
    )
    if where.startswith("prefix"):
        archive.prefix, archive.prefix_counts = extra, where == "prefix"
    elif where == "trailer":
        archive.trailer = extra[:66_000]
    elif where == "before-end":
        archive.before_end += extra
    else:
        archive.end.comment = extra[:60_000]
        if where == "comment-short":
            archive.end.comment_length = max(
                0, len(archive.end.comment) - rng.choice((1, 10, len(archive.end.comment)))
            )
    return f"{where} {what}"


def second_directory(archive: Archive, rng: random.Random) -> str:
    """Two directories of which each leads to other contents; the comment or a zip64 record names the second."""
    other = copy.deepcopy(archive)
    victim = rng.choice(other.pairs())
    data = b"# the other contents\n"
    store(*victim, data, data, 0)
    if rng.random() < 0.5:
        victim[0].name = victim[1].name = victim[0].name + b".other"
    first = other.to_bytes()
    how = rng.choice(("appended", "comment", "zip64", "zip64-marks", "zip64-no-record", "start"))
    if how == "appended":
        archive.prefix, archive.prefix_counts = first, rng.random() < 0.5
        return "two directories appended"
    if how == "comment":
        archive.end.comment = first[:65_000]
        return "two directories comment"
    # The other archive's members and directory lie before our directory.
    body = Archive(locals=[*archive.locals, *other.locals], entries=other.entries)
    start_of_other = len(b"".join(local.to_bytes() for local in body.locals))
    directory = body.to_bytes()[start_of_other:-22]
    archive.locals, archive.before_directory = body.locals, directory + archive.before_directory
    if how == "start":
        archive.end.start, archive.end.length = start_of_other, len(directory)
        return "two directories start"
    archive.end_64 = End64(start=start_of_other, length=len(directory), count=len(other.entries), here=len(other.entries))  # fmt: skip
    if how == "zip64-marks":
        archive.end.start = archive.end.length = MAX_32
        archive.end.count = archive.end.here = 0xFFFF
    if how == "zip64-no-record":
        record = End64.FORMAT.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, len(other.entries), len(other.entries), len(directory), start_of_other)  # fmt: skip
        archive.before_directory += record
        archive.end_64.with_record = False
        archive.end_64.place = start_of_other + len(directory)
    return f"two directories {how}"


def zip64_records(archive: Archive, rng: random.Random) -> str:
    """Add unnecessary Zip64 end records, correct or with one wrong value."""
    archive.end_64 = end = archive.end_64 or End64()
    what = rng.choice(("right", "right", "marks", "place", "place-zero", "between", "extended", "count", "length", "start", "disks", "no record"))  # fmt: skip
    if what == "marks":
        archive.end.start = archive.end.length = MAX_32
        archive.end.count = archive.end.here = 0xFFFF
    elif what in ("place", "place-zero"):
        end.place = 0 if what == "place-zero" else rng.choice((1, 10**6, 2**63))
    elif what == "between":
        end.between = b"junk"
    elif what == "extended":
        end.record_size, end.between = 44 + 12, bytes(12)
    elif what == "no record":
        end.with_record = False
    elif what == "disks":
        end.disks = rng.choice((0, 2, MAX_32))
    else:
        setattr(end, what, rng.choice((0, 1, 2**32, 2**63, 2**64 - 1)))
    return f"zip64 records {what}"


def shifted(archive: Archive, rng: random.Random) -> str:
    """An entry that points beside its local header, or to another's."""
    entry, _ = pick(archive, rng)
    if rng.random() < 0.5:
        entry.local = rng.choice(archive.locals)
        return f"offset of another {entry.name!r}"
    entry.offset = rng.choice((-1, 1, 4, -30, 10**6))
    return f"offset {entry.offset:+}"


def absurd_end(archive: Archive, rng: random.Random) -> str:
    field, value = rng.choice(("here", "count", "length", "start", "disk", "first_disk")), rng.choice((0, 1, 2, 0xFFFE, 0xFFFF, MAX_32))  # fmt: skip
    setattr(archive.end, field, min(value, 0xFFFF) if "disk" in field else value)
    return f"end {field}={value}"


def signatures(archive: Archive, rng: random.Random) -> str:
    """Another signature of a header, or a record that few readers know before the end."""
    entry, local = pick(archive, rng)
    how = rng.choice(("local", "entry", "end", "digital signature", "extra data"))
    wrong = rng.choice((b"PK\0\0", b"PK\x03\x04", b"PK\x01\x02", b"PK00", b"PK\x07\x08"))
    if how == "local":
        local.signature = wrong
    elif how == "entry":
        entry.signature = wrong
    elif how == "end":
        archive.end.signature = wrong
    elif how == "digital signature":
        archive.before_end = b"PK\x05\x05" + struct.pack("<H", 4) + b"sign"
    else:
        archive.before_directory = b"PK\x06\x08" + struct.pack("<L", 4) + b"data"
    return f"signature {how} {wrong!r}"


def drop_local(archive: Archive, rng: random.Random) -> str:
    archive.locals.pop(rng.randrange(len(archive.locals)))
    return "local missing"


RECORDS: tuple[Callable[[Archive, random.Random], str], ...] = (
    unicode_path_field, unicode_path_field, zip64_field, zip64_field, other_field, other_field, drop_entry, repeat_entry, bytes_between, around, second_directory, second_directory, zip64_records, zip64_records,
    shifted, absurd_end, drop_local, signatures,
)  # fmt: skip
