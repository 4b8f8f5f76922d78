"""Wheels and compiled modules are compared with the Blenders and platforms of the manifest: one message for each cause."""

from __future__ import annotations

import io
import struct

import pytest

from extery.core.blender_pythons import name_range, python_ranges
from extery.core.compatibility import BlenderRange
from extery.core.errors import Problem
from extery.core.shipped_libraries import is_shipped, shipped_versions
from extery.rules.compiled_files import describe
from extery.rules.engine import Scope, check_package
from tests.samples.packages import ADD_ON, add_on, with_wheels

WIN, LINUX = "win_amd64", "manylinux_2_17_x86_64"


def problems_of(data: bytes, *, scope: Scope = Scope.PACKAGE) -> list[Problem]:
    return list(check_package(io.BytesIO(data), name="gears.zip", scope=scope).problems)


def wheel_problems(*names: str, extra: str = "", more: tuple[str, ...] = ()) -> list[Problem]:
    data = with_wheels(*(f"{name}.whl" for name in names), extra=extra, more=more)
    found = problems_of(data)
    # What harms users is reported to the owners of repositories, and after an upload, with the same words.
    for scope in (Scope.REPOSITORY, Scope.UPLOAD):
        others = problems_of(data, scope=scope)
        assert [p for p in others if p.code.startswith("wheel.")] == [
            p for p in found if p.code.startswith("wheel.")
        ]
    return found


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


# Pythons


def test_a_library_for_one_python_of_several_blenders_names_wheels_and_maximum() -> None:
    [problem] = wheel_problems(
        f"gears-1.2.0-cp311-cp311-{WIN}",
        f"gears-1.2.0-cp311-cp311-{LINUX}",
        "teeth-2.0-py3-none-any",
        extra='platforms = ["windows-x64", "linux-x64"]',
    )

    assert problem.code == "wheel.python-missing"
    assert problem.message == (
        "gears has no wheel for Python 3.13 (Blender 5.1 and newer) on linux-x64 and windows-x64"
    )
    assert "gears-1.2.0-cp313-cp313-win_amd64.whl" in problem.hint
    assert "'extery wheels add gears'" in problem.hint
    assert "blender_version_max = '5.1.0'" in problem.hint
    assert problem.where.field == "wheels[0]"


def test_libraries_that_lack_the_same_python_are_one_problem() -> None:
    names = [f"gears{number}-1.0-cp311-cp311-{WIN}" for number in range(30)]

    [problem] = wheel_problems(*names)

    assert problem.message.startswith("gears0, gears1, gears2, gears3 and 26 more have no wheels")


def test_a_library_for_the_newer_python_only_names_the_minimum() -> None:
    [problem] = wheel_problems(f"gears-1.0-cp313-cp313-{WIN}")

    assert "Python 3.11 (Blender 4.2 to 5.0) on windows-x64" in problem.message
    assert "blender_version_min = '5.1.0'" in problem.hint


@pytest.mark.parametrize(
    ("names", "extra"),
    [
        ((f"gears-1.0-cp311-cp311-{WIN}",), 'blender_version_max = "5.1.0"'),
        ((f"gears-1.0-cp39-abi3-{WIN}",), ""),
        ((f"gears-1.0-py3-none-{WIN}",), ""),
        ((f"gears-1.0-py2.py3-none-{WIN}",), ""),
        ((f"gears-1.0-cp311.cp313-none-{WIN}",), ""),
        ((f"gears-1.0-cp311-cp311-{WIN}", f"gears-1.0-cp313-cp313-{WIN}"), ""),
        ((f"gears-1.0-cp311-cp311-{WIN}", "gears-1.0-py3-none-any"), ""),
        # No Blender since 5.0 is for Macs with Intel processors.
        (("gears-1.0-cp311-cp311-macosx_10_9_x86_64",), ""),
    ],
)
def test_a_library_that_fits_all_blenders_has_no_problem(
    names: tuple[str, ...], extra: str
) -> None:
    assert wheel_problems(*names, extra=extra) == []


def test_a_python_that_lacks_a_wheel_on_one_platform_names_it() -> None:
    [problem] = wheel_problems(
        f"gears-1.0-cp311-cp311-{WIN}",
        f"gears-1.0-cp313-cp313-{WIN}",
        f"gears-1.0-cp311-cp311-{LINUX}",
        extra='platforms = ["windows-x64", "linux-x64"]',
    )

    assert problem.message.endswith("Python 3.13 (Blender 5.1 and newer) on linux-x64")


def test_a_wheel_that_was_forgotten_in_the_list_is_the_only_problem() -> None:
    problems = wheel_problems(
        f"gears-1.0-cp311-cp311-{LINUX}",
        more=(f"gears-1.0-cp313-cp313-{LINUX}.whl",),
    )

    assert codes(problems) == ["wheel.not-listed"]
    assert 'add "./wheels/gears-1.0-cp313-cp313-' in problems[0].hint
    assert problems[0].where.path == (f"wheels/gears-1.0-cp313-cp313-{LINUX}.whl",)


# Wheels for no Blender


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        (f"cp310-cp310-{WIN}", "is for Python 3.10, not for 3.11 or 3.13 (Blender 4.2 and newer)"),
        (f"cp312-cp312-{WIN}", "is for Python 3.12"),
        (f"cp313-cp313t-{WIN}", "is for Python without the global lock (cp313t)"),
        (f"cp311-cp311d-{WIN}", "is for a debug build of Python (cp311d)"),
        (f"pp310-pypy310_pp73-{WIN}", "is for pp310, another Python"),
        ("py3-none-musllinux_1_2_x86_64", "is for Linux with musl"),
        ("py3-none-manylinux_2_17_aarch64", "is for linux-arm64, for which there is no official"),
        ("py3-none-manylinux_2_17_i686", "is for linux-i686, for which there is no official"),
    ],
)  # fmt: skip
def test_a_wheel_that_fits_no_blender_is_named_with_its_reason(tags: str, text: str) -> None:
    problems = wheel_problems("gears-1.0-py3-none-any", f"gears-1.0-{tags}")

    assert codes(problems) == ["wheel.unfit"]
    assert text in problems[0].message
    assert problems[0].where.field == "wheels[1]"


def test_wheels_that_are_useless_for_one_reason_are_one_problem() -> None:
    [problem] = wheel_problems(
        "gears-1.0-py3-none-any", *(f"teeth{n}-1.0-cp310-cp310-{WIN}" for n in range(9))
    )

    assert problem.message.startswith(f"the wheel teeth0-1.0-cp310-cp310-{WIN}.whl and 8 more are")


def test_a_platform_without_an_official_blender_is_a_problem_of_the_list_of_platforms() -> None:
    problems = wheel_problems(
        "gears-1.0-py3-none-manylinux_2_17_x86_64",
        "gears-1.0-py3-none-manylinux_2_17_aarch64",
        extra='platforms = ["linux-x64", "linux-arm64"]',
    )

    assert codes(problems) == ["wheel.unfit"]
    assert problems[0].where.field == "platforms[1]"


# Platforms


def test_a_manifest_without_platforms_names_those_of_the_wheels() -> None:
    [problem] = wheel_problems(f"gears-1.0-py3-none-{WIN}", f"gears-1.0-py3-none-{LINUX}")

    assert problem.code == "wheel.platforms-unlisted"
    assert problem.hint.endswith('platforms = ["windows-x64", "linux-x64"]')


@pytest.mark.parametrize("extra", ["", 'platforms = ["windows-x64", "linux-x64"]'])
def test_a_library_that_exists_for_one_system_only_is_no_problem(extra: str) -> None:
    names = (f"pywin32-308-cp311-cp311-{WIN}", f"pywin32-308-cp313-cp313-{WIN}")

    assert wheel_problems(*names, "tool-1.0-py3-none-any", extra=extra) == []


# Versions, and libraries of Blender


def test_two_versions_for_one_python_are_a_problem_and_one_for_each_are_none() -> None:
    together = wheel_problems(f"gears-1.0-py3-none-{WIN}", f"gears-1.2-py3-none-{WIN}")
    apart = wheel_problems(f"gears-1.0-cp311-cp311-{WIN}", f"gears-1.2-cp313-cp313-{WIN}")

    assert codes(together) == ["wheel.several-versions"]
    assert "versions 1.0 and 1.2" in together[0].message
    assert apart == []


def test_a_library_that_blender_ships_is_named_with_blenders_versions() -> None:
    [problem] = wheel_problems(
        f"numpy-2.0.1-cp311-cp311-{LINUX}",
        extra='blender_version_max = "5.1.0"\nplatforms = ["linux-x64"]',
    )

    assert problem.code == "wheel.shipped"
    assert "numpy 2.0.1 is bundled, but Blender ships 1.24.3 (Blender 4.2)" in problem.message
    assert "1.26.4 (Blender 4.5, 5.0)" in problem.message
    assert "2.3.4" not in problem.message


def test_a_library_that_blender_ships_lacks_no_python() -> None:
    problems = wheel_problems(f"numpy-2.0.1-cp311-cp311-{LINUX}", extra='platforms = ["linux-x64"]')

    assert codes(problems) == ["wheel.shipped"]


@pytest.mark.parametrize("tag", [f"cp310-cp310-{LINUX}", "py3-none-any", f"cp311-cp311-{LINUX}"])
def test_a_library_that_blender_ships_is_one_problem_whatever_its_wheels_are_for(tag: str) -> None:
    extra = 'platforms = ["linux-x64", "windows-x64"]'

    assert codes(wheel_problems(f"certifi-2024.1-{tag}", extra=extra)) == ["wheel.shipped"]


def test_a_library_that_only_newer_blenders_ship_may_be_bundled_for_older_ones() -> None:
    assert wheel_problems("attrs-25.3.0-py3-none-any") == []
    manifest = ADD_ON.replace(b'"4.2.0"', b'"5.2.0"')
    listed = manifest + b'wheels = ["./attrs-25.3.0-py3-none-any.whl"]\n'
    assert "wheel.shipped" in codes(problems_of(add_on(manifest=listed)))


def test_series_between_known_ones_ship_what_both_neighbours_ship() -> None:
    assert shipped_versions("numpy")[(5, 2)] == "2.3.4"
    assert is_shipped("numpy", (4, 4))
    assert is_shipped("numpy", (9, 0))
    assert not is_shipped("attrs", (5, 1))
    assert is_shipped("attrs", (5, 3))
    assert not is_shipped("shapely", (5, 3))


# Ranges


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [
        ("4.2.0", None, {"3.11": "Blender 4.2 to 5.0", "3.13": "Blender 5.1 and newer"}),
        ("4.5.3", "5.1.0", {"3.11": "Blender 4.5.3 to 5.0"}),
        ("5.1.0", None, {"3.13": "Blender 5.1 and newer"}),
        ("3.6.0", "4.3.0", {"3.11": "Blender 4.2"}),
        ("4.2.0", "5.1.1", {"3.11": "Blender 4.2 to 5.0", "3.13": "Blender 5.1"}),
        ("3.0.0", "4.0.0", {}),
    ],
)
def test_a_range_has_the_pythons_of_its_blenders(
    minimum: str, maximum: str | None, expected: dict[str, str]
) -> None:
    ranges = python_ranges(BlenderRange.parse(minimum, maximum))

    assert {python: name_range(part) for python, part in ranges.items()} == expected


@pytest.mark.parametrize(
    "lines",
    [
        "platforms = 3",
        'platforms = "linux-x64"',
        "platforms = [3]",
        "blender_version_max = []",
        "blender_version_max = 3",
        'blender_version_max = "4.2.0"',
        'blender_version_max = "3.0.0"',
        'blender_version_max = "x"',
    ],
)
def test_a_manifest_with_other_errors_is_no_reason_to_stop(lines: str) -> None:
    names = (f"gears-1.0-cp310-cp310-{WIN}", f"teeth-1.0-py3-none-{LINUX}")
    files = [("gc.cp311-win_amd64.pyd", b"MZ")]
    listed = [f"./wheels/{name}.whl" for name in names]
    manifest = ADD_ON + f"{lines}\nwheels = {listed}\n".encode()

    found = codes(problems_of(add_on(*files, manifest=manifest)))

    assert "package.unexpected" not in found
    assert found


# Compiled modules

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


# Systems


@pytest.mark.parametrize(
    ("names", "extra", "expected"),
    [
        (("gears-1.0-py3-none-manylinux_2_34_x86_64",), "", "gears needs glibc 2.34"),
        (("gears-1.0-py3-none-macosx_12_0_arm64",), "", "macOS 12"),
        (
            ("gears-1.0-py3-none-manylinux_2_34_x86_64", "cogs-1.0-py3-none-manylinux_2_34_x86_64"),
            "",
            "gears and cogs need glibc 2.34",
        ),
        (("gears-1.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64",), "", ""),
        (("gears-1.0-py3-none-manylinux_2_39_x86_64.manylinux_2_28_x86_64",), "", ""),
        (("gears-1.0-py3-none-linux_x86_64",), "", ""),
        (("gears-1.0-py3-none-macosx_11_0_arm64", "cogs-1.0-py3-none-any"), "", ""),
        (
            (
                "gears-1.0-py3-none-macosx_14_0_arm64",
                "gears-1.0-py3-none-macosx_11_0_arm64",
            ),
            "",
            "",
        ),
        (("numpy-2.3.4-py3-none-macosx_14_0_arm64",), "", ""),  # Blender ships it
    ],
)
def test_a_wheel_needs_no_newer_system_than_its_blenders(
    names: tuple[str, ...], extra: str, expected: str
) -> None:
    found = [p for p in wheel_problems(*names, extra=extra) if p.code == "wheel.newer-system"]

    assert len(found) == bool(expected)
    assert all(expected in problem.message for problem in found)
