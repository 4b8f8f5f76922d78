"""Generators of wheels that were made to cost much, or to be read in two ways. Each is a few kilobytes on disk."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from copy import copy

from tests.zips.seeds import wheel
from tests.zips.structure import Archive

METADATA = "gears-1.0.dist-info/METADATA"


def deflated(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return data.getvalue()


def flat_bomb() -> bytes:
    """60 MB of zeros in one file."""
    return deflated({"gears/zeros.bin": bytes(60_000_000)})


def nested_bomb() -> bytes:
    """A zip in a zip in a zip, each ten times the same: only the outermost is small."""
    inner = deflated({"zeros": bytes(1_000_000)})
    for _ in range(3):
        inner = deflated({f"{number}.zip": inner for number in range(10)})
    return deflated({"gears/data.zip": inner, METADATA: b"Name: gears\n"})


def many_entries() -> bytes:
    """100,000 empty files; zipfile would take seconds to write them."""
    number, local, central = 100_000, struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L")
    headers, directory = [], []
    size = local.size + 6
    for at in range(number):
        name = b"%06d" % at
        headers.append(local.pack(b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 6, 0) + name)
        place = (0, 0, 0, 0, 0, at * size)
        directory.append(central.pack(b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, *place) + name)
    entries = b"".join(directory)
    start = size * number
    end_64 = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, len(entries), start
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(entries), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(entries), start, 0)
    return b"".join([*headers, entries, end_64, locator, end])


def overlapping() -> bytes:
    """Two names of the directory for the same data."""
    archive = Archive.parse(wheel())
    entry = copy(archive.entries[0])
    entry.name = b"gears/other.py"
    archive.entries.append(entry)
    return archive.to_bytes()


def lying_metadata() -> bytes:
    """Metadata of 30 MB that claim to be of 100 bytes."""
    archive = Archive.parse(deflated({METADATA: b"Name: gears\n" + b"x" * 30_000_000}))
    for record in (*archive.locals, *archive.entries):
        record.size = 100
    return archive.to_bytes()


def large_metadata() -> bytes:
    """Metadata of 30 MB that say so."""
    return deflated({METADATA: b"Name: gears\n" + b"x" * 30_000_000})


def many_classifiers() -> bytes:
    """12,000 licences that are all different."""
    lines = "".join(f"Classifier: License :: {n:x}\n" for n in range(12_000))
    return deflated({METADATA: f"Name: gears\n{lines}".encode()})


def itself() -> bytes:
    """A wheel that contains a wheel that contains a wheel."""
    inner = wheel()
    for _ in range(20):
        inner = deflated({"gears-1.0-py3-none-any.whl": inner, METADATA: b"Name: gears\n"})
    return inner


#: Name -> generator, and whether the wheel can be read.
HOSTILE: dict[str, tuple[Callable[[], bytes], bool]] = {
    "flat bomb": (flat_bomb, False),
    "nested bomb": (nested_bomb, True),
    "100,000 entries": (many_entries, False),
    "overlapping members": (overlapping, False),
    "lying size": (lying_metadata, False),
    "large metadata": (large_metadata, False),
    "many classifiers": (many_classifiers, True),
    "wheel in wheel": (itself, True),
}
