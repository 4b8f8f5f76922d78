"""Packages that are made to harm who reads them, each with a code that must be found. They are made when a test needs them.

Names that a zip can have and a file cannot are in `tests/zips/names.py`; malware is in `tests.site.scanning.hostile`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.author.wheels.fake_index import built_wheel
from tests.site.packages import package, zip_of

WHEEL = "wheels/gears-1.0-py3-none-any.whl"
_DATE = (2026, 1, 1, 0, 0, 0)


class Hostile(NamedTuple):
    """A hostile package: how it is made, and one of the codes of its problems. ``slow`` ones take seconds to make or check.

    Without a code it is accepted: nothing on the site unpacks or decodes what is harmful in it.
    """

    make: Callable[[], bytes]
    codes: tuple[str, ...]
    slow: bool = False


def _with(members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], level: int = 1) -> bytes:
    """Return a valid package with more members."""
    buffer = io.BytesIO(package())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def _in_wheel(name: str, content: bytes) -> bytes:
    """Return a package with a wheel that has one more member."""
    buffer = io.BytesIO(built_wheel("gears", "1.0", "py3-none-any"))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as wheel:
        wheel.writestr(name, content)
    return package(files={WHEEL: buffer.getvalue()}, wheels=[f"./{WHEEL}"])


def _zeros_zip(megabytes: int) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("zeros", "w") as member,
    ):
        for _ in range(megabytes):
            member.write(bytes(1_000_000))
    return buffer.getvalue()


def flat_bomb() -> bytes:
    """Return a package with 1.5 GB of zeros."""
    zeros = io.BytesIO(package())
    with (
        zipfile.ZipFile(zeros, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("zeros.bin", "w") as member,
    ):
        for _ in range(1_500):
            member.write(bytes(1_000_000))
    return zeros.getvalue()


def nested_bomb() -> bytes:
    """Return a package with zips in a zip, which are 10 GB of zeros in the end."""
    inner = _zeros_zip(100)
    level = zip_of({f"{number}.zip": inner for number in range(10)})
    return _with([(f"data/{number}.zip", level) for number in range(10)])


def many_kernels() -> bytes:
    """Return a package in which 400 members share one compressed megabyte: what they unpack to is 400 times its size."""
    content = bytes(1_000_000)
    names = [f"data/{number}.bin" for number in range(400)]
    buffer = io.BytesIO(package())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(names[0], _DATE), content, zipfile.ZIP_DEFLATED)
        [first] = [info for info in archive.infolist() if info.filename == names[0]]
        for name in names[1:]:
            twin = zipfile.ZipInfo(name, _DATE)
            twin.compress_type, twin.CRC = first.compress_type, first.CRC
            twin.compress_size, twin.file_size = first.compress_size, first.file_size
            twin.header_offset = first.header_offset
            archive.filelist.append(twin)
            archive.NameToInfo[name] = twin
    return buffer.getvalue()


def quine() -> bytes:
    """Return a package with an archive whose only member starts at the archive itself: opening it in turn has no end."""
    name = "again.zip"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0)
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0
    )
    size = len(local) + len(central) + 2 * len(name) + 22
    local = local[:18] + struct.pack("<2L", size, size) + local[26:]
    central = central[:20] + struct.pack("<2L", size, size) + central[28:]
    end = struct.pack(
        *("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central) + len(name), len(local) + len(name), 0)
    )
    archive = local + name.encode() + central + name.encode() + end
    return _with([("data/again.zip", archive)])


def many_entries() -> bytes:
    """Return a package with 100,000 empty files."""
    return _with((f"data/{number}", b"") for number in range(100_000))


def lying_size() -> bytes:
    """Return a package whose records say that a file of 50 MB has 10 bytes."""
    data = _with([("data/zeros.bin", bytes(50_000_000))])
    return data.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 10))


def lying_directory() -> bytes:
    """Return a package whose end record says that there are 60,000 entries."""
    data = bytearray(package())
    end = data.rindex(b"PK\5\6")
    struct.pack_into("<2H", data, end + 8, 60_000, 60_000)
    return bytes(data)


def _mode(name: str, mode: int, content: bytes) -> bytes:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system, info.external_attr = 3, mode << 16
    return _with([(info, content)])


def renamed(name: bytes) -> Callable[[], bytes]:
    """Return a function that makes a package with a member of this name, of the same length as another one."""

    def make() -> bytes:
        placeholder = "x" * len(name)
        return _with([(placeholder, b"text")]).replace(placeholder.encode(), name)

    return make


def _theme(xml: bytes) -> bytes:
    members: dict[str, str | bytes] = {"theme.xml": xml}
    made = package(type="theme", files=members)
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            if not name.endswith("__init__.py"):
                new.writestr(name, old.read(name))
    return kept.getvalue()


def entity_expansion() -> bytes:
    """Return a theme whose entities expand to a billion characters."""
    head = b'<?xml version="1.0"?><!DOCTYPE bpy [<!ENTITY e0 "lol">'
    entities = (b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    return _theme(b"\n".join([head, *entities, b"]>", b"<bpy><Theme>&e9;</Theme></bpy>"]))


def external_entity() -> bytes:
    """Return a theme with an entity that is a file of the computer which reads it."""
    head = b'<?xml version="1.0"?><!DOCTYPE bpy [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return _theme(head + b"<bpy><Theme>&e;</Theme></bpy>")


def _code(source: bytes) -> Callable[[], bytes]:
    return lambda: package(files={"code.py": source})


def large_toml() -> bytes:
    """Return a package whose manifest has 50 MB."""
    lines = b"".join(b"x%d = 1\n" % number for number in range(100_000))
    return zip_of({"blender_manifest.toml": b"[a]\n" + lines + b"#" * 50_000_000})


def large_image() -> bytes:
    """Return a package with a PNG image of 50,000 by 50,000 pixels, in a few kilobytes."""
    return package(files={"icon.png": png_bomb()})


def png_bomb(side: int = 50_000) -> bytes:
    """Return a PNG image of so many pixels in each direction, all of them black, in 1 bit each."""
    header = struct.pack(">2L5B", side, side, 1, 0, 0, 0, 0)
    rows = bytes(100 * (1 + (side + 7) // 8))
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(rows) for _ in range(side // 100)) + packer.flush()
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(content))
        + kind
        + content
        + struct.pack(">L", zlib.crc32(kind + content))
        for kind, content in chunks
    )


#: Name -> input. All are refused or have a warning, or have nothing that harms who reads them.
HOSTILE: dict[str, Hostile] = {
    "flat bomb": Hostile(flat_bomb, ("package.bomb",), slow=True),
    "nested bomb": Hostile(nested_bomb, ("file.archive-bomb",)),
    "quine": Hostile(quine, ("file.nested-archive",)),
    "overlapping members": Hostile(many_kernels, ("package.overlapping",)),
    "100,000 entries": Hostile(many_entries, ("package.too-many-members",), slow=True),
    "lying sizes": Hostile(lying_size, ("package.stream-size",)),
    "lying directory": Hostile(lying_directory, ("package.too-many-members",)),
    "bomb in a wheel": Hostile(
        lambda: _in_wheel("gears/zeros.bin", bytes(200_000_000)), ("package.bomb",), slow=True
    ),
    "zip bomb in a wheel": Hostile(
        lambda: _in_wheel("gears/z.zip", _zeros_zip(100)), ("file.archive-bomb",)
    ),
    "symlink": Hostile(lambda: _mode("data/link", 0o120777, b"/etc/passwd"), ("package.symlink",)),
    "device": Hostile(lambda: _mode("data/null", 0o020666, b""), ("package.special-file",)),
    "absolute": Hostile(renamed(b"/etc/cron.d/x"), ("path.unsafe",)),
    "parent folder": Hostile(renamed(b"../../escape.py"), ("path.unsafe",)),
    "backslash": Hostile(renamed(b"..\\..\\escape.py"), ("path.unsafe",)),
    "NUL": Hostile(renamed(b"data/a\0b.py"), ("path.not-portable",)),
    "too long": Hostile(lambda: _with([("a" * 5_000, b"")]), ("path.too-long",)),
    "deep": Hostile(lambda: _with([("a/" * 3_000 + "b", b"")]), ("path.too-long",)),
    "Unicode twins": Hostile(
        lambda: _with([("data/\u00e9", b"1"), ("data/e\u0301", b"2")]), ("path.case-collision",)
    ),
    "case twins": Hostile(
        lambda: _with([("Data/a", b"1"), ("Data/A", b"2")]), ("path.case-collision",)
    ),
    "XML entity expansion": Hostile(entity_expansion, ("theme.not-xml",)),
    "XML external entity": Hostile(external_entity, ("theme.not-xml",)),
    "image of 50,000 by 50,000": Hostile(large_image, ("file.image-size",), slow=True),
    "Python with deep nesting": Hostile(_code(b"-" * 100_000 + b"1"), ("code.not-analyzed",)),
    "Python with deep brackets": Hostile(_code(b"(" * 90_000), ("code.syntax",)),
    "Python with a long sum": Hostile(
        _code(b"x=" + b"1+" * 300_000 + b"1"), ("code.not-analyzed",)
    ),
    "Python with lambdas": Hostile(_code(b"lambda: " * 3_000 + b"1"), ("code.not-analyzed",)),
    "Python with statements": Hostile(_code(b"a;" * 900_000), ("code.not-analyzed",), slow=True),
    "TOML of 50 MB": Hostile(large_toml, ("manifest.file.too-large",)),
    "undeclared network": Hostile(
        _code(b"import urllib.request\nurllib.request.urlopen('https://example.org')\n"),
        ("code.undeclared-permission",),
    ),
}
