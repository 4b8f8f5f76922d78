"""``bl_info`` in the source of an add-on from before Blender 4.2."""

from __future__ import annotations

import json

from extery.repository.legacy.bl_info import read_bl_info

SEEDS = (
    b'bl_info = {\n    "name": "Gears",\n    "author": "Ada",\n    "version": (1, 2, 3),\n    "blender": (2, 80, 0),\n    "category": "Mesh",\n}\n\ndef register():\n    pass\n',
    b'import bpy\nbl_info: dict = {"name": "A" "B", "version": [1], "blender": (2, 79)}\n',
    b'# -*- coding: latin-1 -*-\nbl_info = other = {"name": "\xe9", "version": (1, 0), "blender": (2, 80, -0)}\n',
)
TOKENS = (
    b"bl_info", b" = ", b"{", b"}", b"(", b")", b"[", b"]", b",", b":", b'"', b"'", b'"""', b"\\", b"\\N{DIGIT ONE}", b"\\x00", b"\\ud800", b"f'{", b"}'", b"b'", b"-", b"+", b"~", b"not ", b"1j", b"1e999", b"...", b"None",
    b"True", b"set()", b"{*", b"{**", b"*a", b"lambda: ", b"a.", b"a[", b"f(", b"if x:\n", b"    ", b"\t", b"\n", b"\r", b"\0", b"\x0c", b"#", b"# coding: utf-7\n", b"# coding: utf-16\n", b"# coding: rot13\n", b"# coding: unicode_escape\n",
    b"# coding: idna\n", b"# coding: nothing\n", b"\xef\xbb\xbf", b'"name": ', b'"version": ', b'"blender": ', b"0x" + b"f" * 5_000, b"1_0", b"01", b"- - - - ", b"x if y else ", b"1 + ", b"def f():\n ", b"async ", b"match x:\n case ", b"@",
)  # fmt: skip


def target(data: bytes) -> None:
    found = read_bl_info(data, file="gears.py")
    if found is not None:
        assert isinstance(found["name"], str)
        json.dumps({"bl_info": found}, sort_keys=True).encode("ascii")
        assert sorted([found["version"], [1, 2]])
