"""Wheels are compared with the Blenders and platforms of the manifest: one message for each cause."""

from __future__ import annotations

import pytest

from extery.core.blender_pythons import name_range, python_ranges
from extery.core.compatibility import BlenderRange
from tests.rules.wheel_problems import LINUX, WIN, codes, problems_of, wheel_problems
from tests.samples.packages import ADD_ON, add_on


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


def test_a_manifest_without_platforms_names_those_of_the_wheels() -> None:
    [problem] = wheel_problems(f"gears-1.0-py3-none-{WIN}", f"gears-1.0-py3-none-{LINUX}")

    assert problem.code == "wheel.platforms-unlisted"
    assert problem.hint.endswith('platforms = ["windows-x64", "linux-x64"]')


@pytest.mark.parametrize("extra", ["", 'platforms = ["windows-x64", "linux-x64"]'])
def test_a_library_that_exists_for_one_system_only_is_no_problem(extra: str) -> None:
    names = (f"pywin32-308-cp311-cp311-{WIN}", f"pywin32-308-cp313-cp313-{WIN}")

    assert wheel_problems(*names, "tool-1.0-py3-none-any", extra=extra) == []


def test_two_versions_for_one_python_are_a_problem_and_one_for_each_are_none() -> None:
    together = wheel_problems(f"gears-1.0-py3-none-{WIN}", f"gears-1.2-py3-none-{WIN}")
    apart = wheel_problems(f"gears-1.0-cp311-cp311-{WIN}", f"gears-1.2-cp313-cp313-{WIN}")

    assert codes(together) == ["wheel.several-versions"]
    assert "versions 1.0 and 1.2" in together[0].message
    assert apart == []


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
