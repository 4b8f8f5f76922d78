"""Names of wheels, one per line: parts, platforms and Python versions."""

from __future__ import annotations

import re

from extery.core import platforms
from extery.core.wheel_names import WheelName, python_versions

SEEDS = (
    b"./wheels/gears-1.0-py3-none-any.whl",
    b"a-1.0-cp311-cp311-win_amd64.whl\nb-2.0-1-cp38-abi3-macosx_11_0_universal2.whl",
    b"a-1-py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl\na-1-pp39-pypy39_pp73-win32.whl",
)
TOKENS = (
    b"-", b".", b"_", b"/", b"\n", b".whl", b".WHL", b"py", b"cp", b"pp", b"CP", b"py3", b"cp311", b"cp3", b"abi3", b"abi", b"none", b"any", b"win", b"macosx", b"manylinux", b"linux_", b"musllinux_1_2_",
    b"_x86_64", b"_arm64", b"_universal2", "cp3²".encode(), "abi²".encode(), "cp٣١١".encode(), b"cp3" + b"1" * 5_000, b"wheels/",
)  # fmt: skip
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)?")


def target(data: bytes) -> None:
    names = data.decode("utf-8", "surrogateescape").split("\n")
    found = python_versions(names)
    assert all(_VERSION.fullmatch(version) for version in found), found
    for name in names:
        platforms.title(name)
        platforms.from_wheel_tag(name)
        try:
            wheel = WheelName.parse(name)
        except ValueError:
            continue
        wheel.platforms.has("linux-x64")
        assert isinstance(wheel.library, str)
