"""Wheels of libraries that Blender ships."""

from __future__ import annotations

import pytest

from extery.core.shipped_libraries import is_shipped, shipped_versions
from tests.rules.wheel_problems import LINUX, codes, problems_of, wheel_problems
from tests.samples.packages import ADD_ON, add_on


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
