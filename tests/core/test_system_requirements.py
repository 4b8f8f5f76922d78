"""The systems that wheels and Blender need."""

from __future__ import annotations

import pytest

from extery.core.compatibility import BlenderRange
from extery.core.system_requirements import needed_system, system_of_blender


@pytest.mark.parametrize(
    ("tag", "needed"),
    [
        ("manylinux_2_34_x86_64", "glibc 2.34"),
        ("manylinux1_x86_64.manylinux_2_5_x86_64", "glibc 2.5"),
        ("manylinux2014_aarch64", "glibc 2.17"),
        ("macosx_10_9_universal2", "macOS 10.9"),
        ("MACOSX_14_0_arm64", "macOS 14"),
        ("linux_x86_64.manylinux_2_34_x86_64", "None"),
        ("musllinux_1_2_x86_64", "None"),
        ("manylinux_9999_1_x86_64", "None"),
        ("win_amd64", "None"),
        ("any", "None"),
    ],
)
def test_a_tag_says_which_system_it_needs(tag: str, needed: str) -> None:
    assert str(needed_system(tag)) == needed


@pytest.mark.parametrize(
    ("minimum", "macos"),
    [("4.2.0", "macOS 11"), ("5.2.9", "macOS 11"), ("5.3.0", "macOS 13"), ("4.1.0", "macOS 11")],
)
def test_the_oldest_blender_of_a_range_counts(minimum: str, macos: str) -> None:
    range_ = BlenderRange.parse(minimum, None)

    assert str(system_of_blender("macOS", range_)) == macos
    assert str(system_of_blender("glibc", range_)) == "glibc 2.28"
