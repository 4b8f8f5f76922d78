"""Packages with exactly one problem each, created in memory: code -> function."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.samples import GOOD
from tests.zips.structure import Archive, End64

ADD_ON = (
    b'schema_version = "1.0.0"\nid = "gear_tool"\nversion = "1.2.3"\nname = "Gear Tool"\n'
    b'tagline = "Make gears of any size"\nmaintainer = "Ada Smith <ada@example.org>"\n'
    b'type = "add-on"\nlicense = ["SPDX:GPL-3.0-or-later"]\nblender_version_min = "4.2.0"\n'
)
THEME = ADD_ON.replace(b'"add-on"', b'"theme"').replace(b"gear_tool", b"dusk")
XML = b'<bpy><Theme><view_3d><ThemeView3D grid="#54545480"/></view_3d></Theme><ThemeStyle/></bpy>'
MANIFEST = "blender_manifest.toml"
assert GOOD.read_bytes().startswith(ADD_ON)


LFS_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)


#: The time of all members: the bytes must not depend on the time at which a test makes them.
TIME = (2026, 1, 1, 0, 0, 0)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """Return a zip with these members in this order."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(_member(name) if isinstance(name, str) else name, data)
    return file.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o40775 << 16 | 0x10 if name.endswith("/") else 0o600 << 16
    return info


def add_on(*more: tuple[str | zipfile.ZipInfo, bytes], manifest: bytes = ADD_ON) -> bytes:
    """Return a valid add-on with more members."""
    return packed((MANIFEST, manifest), ("__init__.py", b"def register(): ...\n"), *more)


def theme(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    """Return a theme with these members."""
    return packed((MANIFEST, THEME), *members)


def nested_theme(depth: int) -> bytes:
    """Return a theme with elements nested to this depth."""
    return XML.replace(b"<Theme>", b"<Theme>" + b"<a>" * (depth - 1) + b"</a>" * (depth - 1))


def _renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    # zipfile would normalize such names while writing them.
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
    """Set a flag in both headers of a member."""
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
    """Return an archive whose directory refers to the same bytes many times."""
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


def changed(data: bytes, change: Callable[[Archive], object]) -> bytes:
    """Change records of an archive, and correct its offsets and counts."""
    archive = Archive.parse(data)
    change(archive)
    return archive.to_bytes()


def _file() -> bytes:
    return add_on(("tool.py", b"x = 1\n"))


def _smuggled(archive: Archive) -> None:
    """Remove the directory entry of the last member, but not its header and data."""
    archive.entries.pop()


def _renamed_inside(archive: Archive) -> None:
    archive.locals[-1].name = b"toll.py"


def _longer(archive: Archive) -> None:
    """State one byte less than the data, with a matching checksum."""
    for record in (archive.locals[-1], archive.entries[-1]):
        record.size, record.crc = 5, zlib.crc32(b"x = 1")


def _second_name(archive: Archive) -> None:
    name = b"__init__.py"
    text = struct.pack("<BL", 1, zlib.crc32(b"tool.py")) + name
    extra = struct.pack("<HH", 0x7075, len(text)) + text
    archive.locals[-1].extra = archive.entries[-1].extra = extra


def _link_by_extra(archive: Archive) -> None:
    """Add Ant's extra field with the mode of a link, which unzip creates."""
    fields = struct.pack("<HLHH", 0o120777, 11, 0, 0) + b"/etc/passwd"
    block = struct.pack("<L", zlib.crc32(fields)) + fields
    extra = struct.pack("<HH", 0x756E, len(block)) + block
    archive.locals[-1].extra = archive.entries[-1].extra = extra


def _other_directory(archive: Archive) -> None:
    archive.end_64 = End64(place=0)


def _with_mode(mode: int) -> Callable[[Archive], None]:
    def change(archive: Archive) -> None:
        archive.entries[-1].external = mode << 16

    return change


def _cp437(archive: Archive) -> None:
    for record in (archive.locals[-1], archive.entries[-1]):
        record.name = b"t\x94\x94l.py"


def _bomb() -> bytes:
    return add_on(("zeros.bin", bytes(60_000_000)))


def _bzip2() -> bytes:
    file = io.BytesIO(add_on())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("data.bin", b"data" * 100)
    return file.getvalue()


def _duplicate() -> bytes:
    # Written under another name first: zipfile warns about duplicates.
    return _renamed(
        add_on(("tool.py", b"x = 1\n"), ("toll.py", b"x = 2\n")), b"toll.py", b"tool.py"
    )


WHEEL = "wheels/gears-1.0-py3-none-any.whl"
_METADATA = b"Metadata-Version: 2.4\nName: gears\nVersion: 1.0\n"


def wheel(name: str = "gears-1.0", *, metadata: str = "License-Expression: MIT") -> bytes:
    """Return a small wheel with a .dist-info folder of this name, and lines of metadata."""
    info = f"{name}.dist-info"
    return packed(
        ("gears/__init__.py", b"teeth = 12\n"),
        (f"{info}/METADATA", _METADATA + f"{metadata}\n".encode()),
        (f"{info}/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        (f"{info}/RECORD", b"gears/__init__.py,,\n"),
    )


WITH_WHEEL = ADD_ON + f'wheels = ["./{WHEEL}"]\n'.encode()


def with_wheels(*names: str, extra: str = "", more: tuple[str, ...] = ()) -> bytes:
    """Return an add-on that lists these wheels, and contains ``more`` wheels."""
    listed = [f"./wheels/{name}" for name in names]
    files = ((f"wheels/{name}", wheel("-".join(name.split("-")[:2]))) for name in (*names, *more))
    manifest = ADD_ON + f"{extra}\nwheels = {listed}\n".encode() if names else ADD_ON
    return add_on(*files, manifest=manifest)


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
    "package.init-compiled": lambda: packed((MANIFEST, ADD_ON), ("__init__.pyd", b"")),
    "package.init-syntax": lambda: packed((MANIFEST, ADD_ON), ("__init__.py", b"def register(:\n")),
    "package.bomb": _bomb,
    "package.overlapping": _overlapping,
    "package.unused-data": lambda: changed(_file(), _smuggled),
    "package.prefix-data": lambda: b"#!/bin/sh\n" + _file(),
    "package.trailing-data": lambda: _file() + b"more",
    "package.zip64-mismatch": lambda: changed(_file(), _other_directory),
    "package.header-mismatch": lambda: changed(_file(), _renamed_inside),
    "package.unicode-path": lambda: changed(_file(), _second_name),
    "package.extra-field": lambda: changed(_file(), _link_by_extra),
    "package.stream-size": lambda: changed(_file(), _longer),
    "package.special-file": lambda: changed(_file(), _with_mode(0o010644)),
    "package.folder-with-data": lambda: _renamed(_file(), b"tool.py", b"tools_/"),
    "package.rare-compression": _bzip2,
    "package.duplicate-member": _duplicate,
    "package.symlink": lambda: add_on((_link(), b"../../etc")),
    "secret.file": lambda: add_on((".env", b"TOKEN=1")),
    "secret.text": lambda: add_on(
        ("key.py", b'KEY = """-----BEGIN PRIVATE KEY-----\nQUJDREVGR0hJSktM\n-----END PRIVATE KEY-----"""')
    ),
    "package.system-files": lambda: add_on(("__MACOSX/._tool.py", b"\0\5\x16\7")),
    "package.outside-root": lambda: packed(
        (f"gears/{MANIFEST}", ADD_ON), ("gears/__init__.py", b""), ("README.md", b"hello")
    ),
    "package.wheel-missing": lambda: add_on(
        ("gears-1.0-py3-none-any.whl", b"PK"), manifest=WITH_WHEEL
    ),
    "path.unsafe": lambda: add_on(("../evil.py", b"")),
    "path.not-portable": lambda: add_on(("what?.py", b"")),
    "path.ambiguous": lambda: add_on(("./__init__.py", b"")),
    "path.backslash": lambda: add_on(("data\\teeth.py", b"")),
    "path.encoding": lambda: changed(_file(), _cp437),
    "path.short-name": lambda: add_on(("BLENDE~1.TOM", b"")),
    "path.folder-case": lambda: add_on(("data/a.txt", b""), ("Data/b.txt", b"")),
    "path.case-collision": lambda: add_on(("Tool.py", b""), ("tool.py", b"")),
    "path.file-and-folder": lambda: add_on(("data", b"1"), ("data/more.txt", b"2")),
    "path.too-long": lambda: add_on(("x/" * 90 + "tool.py", b"")),
    "file.lfs-pointer": lambda: add_on(("icons/gear.png", LFS_POINTER)),
    "file.executable-bit": lambda: add_on(("bin/convert", b"\x7fELF\x02\x01\x01" + bytes(64))),
    "wheel.unreadable": lambda: add_on((WHEEL, b"PK"), manifest=WITH_WHEEL),
    "wheel.dist-info": lambda: add_on((WHEEL, wheel("gears-2.0")), manifest=WITH_WHEEL),
    "wheel.newer-system": lambda: with_wheels("gears-1.0-py3-none-manylinux_2_34_x86_64.whl"),
    "wheel.unfit": lambda: with_wheels("gears-1.0-cp310-cp310-win_amd64.whl"),
    "wheel.python-missing": lambda: with_wheels("gears-1.0-cp311-cp311-win_amd64.whl"),
    "wheel.platforms-unlisted": lambda: with_wheels(
        "gears-1.0-py3-none-win_amd64.whl", "gears-1.0-py3-none-manylinux_2_17_x86_64.whl"
    ),
    "wheel.several-versions": lambda: with_wheels(
        "gears-1.0-py3-none-any.whl", "gears-2.0-py3-none-any.whl"
    ),
    "wheel.shipped": lambda: with_wheels("requests-2.31.0-py3-none-any.whl"),
    "wheel.not-listed": lambda: with_wheels(more=("gears-1.0-py3-none-any.whl",)),
    "module.python": lambda: add_on(
        ("gearcore.cpython-311-x86_64-linux-gnu.so", b"\x7fELF"),
        manifest=ADD_ON + b'platforms = ["linux-x64"]\n',
    ),
    "module.platform": lambda: add_on(("gearcore.pyd", b"MZ")),
    "theme.xml-missing": lambda: theme(("README.md", b"")),
    "theme.several-xml": lambda: theme(("dusk.xml", XML), ("night.xml", XML)),
    "theme.not-xml": lambda: theme(("dusk.xml", XML[:-3])),
    "theme.too-deep": lambda: theme(("dusk.xml", nested_theme(50))),
    "theme.too-large": lambda: theme(("dusk.xml", XML.replace(b"<Theme>", b"<Theme>" + b"<x/>" * 10_000))),
    "theme.style-missing": lambda: theme(("dusk.xml", b"<bpy><Theme/></bpy>")),
    "theme.not-a-theme": lambda: theme(("dusk.xml", b"<svg/>")),
    "theme.unknown-attributes": lambda: theme(("dusk.xml", XML.replace(b"grid=", b"gird="))),
    "theme.value": lambda: theme(("dusk.xml", XML.replace(b"#54545480", b"grey"))),
}  # fmt: skip
