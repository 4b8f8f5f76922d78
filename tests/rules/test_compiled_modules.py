"""Compiled modules are compared with the Blenders and platforms of the manifest."""

from __future__ import annotations

import struct

import pytest

from extery.core.errors import Problem
from extery.rules.compiled_files import describe
from tests.rules.wheel_problems import problems_of
from tests.samples.packages import ADD_ON, add_on

ELF_X64 = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, 62)
ELF_ARM = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, 183)
MACH_ARM = struct.pack("<LL", 0xFEEDFACF, 0x0100000C)
FAT = struct.pack(">LL", 0xCAFEBABE, 2) + b"".join(
    struct.pack(">5L", kind, 0, 0, 0, 0) for kind in (0x01000007, 0x0100000C)
)
PE_ARM = b"MZ" + bytes(58) + struct.pack("<L", 64) + b"PE\0\0" + struct.pack("<H", 0xAA64)


@pytest.mark.parametrize(
    ("name", "header", "python", "platforms"),
    [
        ("a/gc.cpython-311-x86_64-linux-gnu.so", b"", "3.11", "linux-x64"),
        ("gc.cpython-313-aarch64-linux-gnu.so", b"", "3.13", "linux-arm64"),
        ("gc.cp311-win_amd64.pyd", b"", "3.11", "windows-x64"),
        ("gc.cp311-win_amd64.pyd", PE_ARM, "3.11", "windows-arm64"),
        ("gc.cpython-311-darwin.so", b"", "3.11", "macos-arm64 macos-x64"),
        ("gc.cpython-311-darwin.so", MACH_ARM, "3.11", "macos-arm64"),
        ("gc.cpython-311-darwin.so", FAT, "3.11", "macos-arm64 macos-x64"),
        ("gc.abi3.so", ELF_X64, "", "linux-x64"),
        ("gc.so", ELF_ARM, "", "linux-arm64"),
        ("gc.pyd", b"MZ", "", "windows-arm64 windows-x64"),
        ("gc.cpython-311-x86_64-linux-musl.so", b"", "3.11", ""),
    ],
)
def test_the_python_and_platform_of_a_compiled_file_are_read(
    name: str, header: bytes, python: str, platforms: str
) -> None:
    found = describe(name, lambda: header)

    assert found.python == python
    assert " ".join(sorted(found.platforms.names)) == platforms


@pytest.mark.parametrize(
    "name",
    ["gc.cpython-313t-x86_64-linux-gnu.so", "gc.cp311d-win_amd64.pyd", "gc.pypy310-pp73-x86_64-linux-gnu.so"],
)  # fmt: skip
def test_a_module_of_a_python_that_no_blender_has_is_unusable(name: str) -> None:
    assert describe(name, lambda: b"").unusable


def test_a_name_that_is_made_to_take_long_takes_no_time() -> None:
    assert describe(".cpython-311-" * 5_000 + "x.so", lambda: b"").python == "3.11"


@pytest.mark.parametrize("length", range(0, 70, 3))
def test_a_header_that_is_cut_off_is_no_header(length: int) -> None:
    for header in (ELF_X64, MACH_ARM, FAT, PE_ARM):
        assert describe("gc.so", lambda header=header: header[:length]) is not None


def modules(*names: str, extra: bytes = b"") -> list[Problem]:
    return problems_of(add_on(*((name, b"") for name in names), manifest=ADD_ON + extra))


def test_modules_for_one_python_and_two_platforms_are_two_problems() -> None:
    python, platform = modules(
        "treecore.cpython-311-x86_64-linux-gnu.so", "treecore.cp311-win_amd64.pyd"
    )

    assert python.code == "module.python"
    assert python.message == (
        "treecore is built for Python 3.11 only, not for 3.13 (Blender 5.1 and newer)"
    )
    assert "blender_version_max = '5.1.0'" in python.hint
    assert platform.code == "module.platform"
    assert platform.hint == 'add a line: platforms = ["windows-x64", "linux-x64"]'


def test_modules_that_fit_the_manifest_are_no_problem() -> None:
    names = [
        f"gc.{tag}"
        for python in ("311", "313")
        for tag in (f"cpython-{python}-x86_64-linux-gnu.so", f"cp{python}-win_amd64.pyd")
    ]

    assert modules(*names, extra=b'platforms = ["windows-x64", "linux-x64"]\n') == []


def test_a_listed_platform_without_a_module_is_named() -> None:
    [problem] = modules("gc.pyd", extra=b'platforms = ["windows-x64", "macos-arm64"]\n')

    assert problem.message.startswith("platforms lists macos-arm64, but compiled modules such as")


def test_libraries_that_python_does_not_import_count_for_platforms_only() -> None:
    names = ("lib/gears.dll", "lib/libgears.so", "lib/libgears.dylib")

    assert modules(*names) == []
    assert modules(*names[1:]) == []
