"""Packages with exactly one problem each, made in memory: code -> function."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

from tests.samples import GOOD

ADD_ON = (
    b'schema_version = "1.0.0"\nid = "gear_tool"\nversion = "1.2.3"\nname = "Gear Tool"\n'
    b'tagline = "Make gears of any size"\nmaintainer = "Ada Smith <ada@example.org>"\n'
    b'type = "add-on"\nlicense = ["SPDX:GPL-3.0-or-later"]\nblender_version_min = "4.2.0"\n'
)
THEME = ADD_ON.replace(b'"add-on"', b'"theme"').replace(b"gear_tool", b"dusk")
XML = b'<bpy><Theme><view_3d><ThemeView3D grid="#54545480"/></view_3d></Theme><ThemeStyle/></bpy>'
MANIFEST = "blender_manifest.toml"
assert GOOD.read_bytes().startswith(ADD_ON)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip with these members in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def add_on(*more: tuple[str | zipfile.ZipInfo, bytes], manifest: bytes = ADD_ON) -> bytes:
    """A good add-on with more members."""
    return packed((MANIFEST, manifest), ("__init__.py", b"def register(): ...\n"), *more)


def theme(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A theme's manifest with these members beside it."""
    return packed((MANIFEST, THEME), *members)


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    # zipfile would clean such names while writing them.
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)


def _truncated() -> bytes:
    data = add_on(("big.bin", bytes(range(256)) * 100))
    return data[: len(data) * 2 // 3]


def _damaged() -> bytes:
    data = bytearray(add_on())
    at = data.index(b"PK\x01\x02")
    data[at : at + 4] = b"XXXX"
    return bytes(data)


def _damaged_member() -> bytes:
    data = bytearray(packed((MANIFEST, ADD_ON), ("__init__.py", b""), ("data.bin", b"y" * 64)))
    info = zipfile.ZipFile(io.BytesIO(data)).getinfo("data.bin")
    data[info.header_offset + 30 + len("data.bin")] ^= 0xFF
    return bytes(data)


def _flagged(data: bytes, name: bytes, flag: int) -> bytes:
    """The archive with a flag set in both headers of a member."""
    changed = bytearray(data)
    for mark, flags_at, name_at in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if data[at + name_at : at + name_at + len(name)] == name:
                (flags,) = struct.unpack_from("<H", changed, at + flags_at)
                struct.pack_into("<H", changed, at + flags_at, flags | flag)
    return bytes(changed)


def _method(data: bytes, name: bytes, method: int) -> bytes:
    changed = bytearray(data)
    for mark, method_at, name_at in ((b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            if data[at + name_at : at + name_at + len(name)] == name:
                struct.pack_into("<H", changed, at + method_at, method)
    return bytes(changed)


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("docs")
    info.external_attr = 0o120777 << 16
    return info


def _overlapping() -> bytes:
    """A directory that names the same bytes of a stored member many times."""
    data = random.Random(1).randbytes(5000)
    body = packed((MANIFEST, ADD_ON), ("__init__.py", b""), ("a0", data))
    archive = zipfile.ZipFile(io.BytesIO(body))
    start = archive.start_dir
    entries = body[start : body.rindex(b"PK\x05\x06")]
    last = entries[entries.rindex(b"PK\x01\x02") :]
    assert last.endswith(b"a0")
    copies = b"".join(last[:-1] + bytes([letter]) for letter in b"123456789bcdefghijklmnopqrstuv")
    directory = entries + copies
    count = 3 + 30
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return body[:start] + directory + end


def _bomb() -> bytes:
    return add_on(("zeros.bin", bytes(60_000_000)))


def _duplicate() -> bytes:
    # Written under another name first: zipfile warns about a second one.
    return _renamed(
        add_on(("tool.py", b"x = 1\n"), ("toll.py", b"x = 2\n")), b"toll.py", b"tool.py"
    )


WHEEL = "wheels/gears-1.0-py3-none-any.whl"
WITH_WHEEL = ADD_ON + f'wheels = ["./{WHEEL}"]\n'.encode()

PACKAGES: dict[str, Callable[[], bytes]] = {
    "package.not-zip": lambda: b"<!DOCTYPE html><title>Sign in</title>",
    "package.empty": lambda: b"",
    "package.truncated": _truncated,
    "package.damaged": _damaged,
    "package.damaged-member": _damaged_member,
    "package.unsupported-compression": lambda: _method(
        add_on(("data.bin", b"data")), b"data.bin", 97
    ),
    "package.encrypted": lambda: _flagged(add_on(("data.bin", b"data")), b"data.bin", 1),
    "package.manifest-missing": lambda: packed(("__init__.py", b"")),
    "package.manifest-ambiguous": lambda: packed((f"a/{MANIFEST}", ADD_ON), (f"b/{MANIFEST}", ADD_ON)),
    "package.legacy": lambda: packed(("gears/__init__.py", b'bl_info = {"name": "Gears"}\n')),
    "package.build-not-table": lambda: add_on(manifest=ADD_ON + b"build = 1\n"),
    "package.init-missing": lambda: packed((MANIFEST, ADD_ON), ("src/__init__.py", b"")),
    "package.bomb": _bomb,
    "package.overlapping": _overlapping,
    "package.duplicate-member": _duplicate,
    "package.symlink": lambda: add_on((_link(), b"../../etc")),
    "package.outside-root": lambda: packed(
        (f"gears/{MANIFEST}", ADD_ON), ("gears/__init__.py", b""), ("README.md", b"hello")
    ),
    "package.wheel-missing": lambda: add_on(
        ("gears-1.0-py3-none-any.whl", b"PK"), manifest=WITH_WHEEL
    ),
    "path.unsafe": lambda: add_on(("../evil.py", b"")),
    "path.not-portable": lambda: add_on(("what?.py", b"")),
    "path.case-collision": lambda: add_on(("Tool.py", b""), ("tool.py", b"")),
    "path.file-and-folder": lambda: add_on(("data", b"1"), ("data/more.txt", b"2")),
    "path.too-long": lambda: add_on(("x/" * 90 + "tool.py", b"")),
    "theme.xml-missing": lambda: theme(("README.md", b"")),
    "theme.several-xml": lambda: theme(("dusk.xml", XML), ("night.xml", XML)),
    "theme.not-xml": lambda: theme(("dusk.xml", XML[:-3])),
    "theme.style-missing": lambda: theme(("dusk.xml", b"<bpy><Theme/></bpy>")),
    "theme.not-a-theme": lambda: theme(("dusk.xml", b"<svg/>")),
}  # fmt: skip
