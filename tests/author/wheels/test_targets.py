"""Which wheel fits a system best, and which index is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.wheels.targets import Target, find_optional_targets, find_targets
from extery.cli.package_index import find_index
from extery.core.compatibility import BlenderRange
from extery.core.wheel_names import WheelName

RANGE = BlenderRange((4, 2, 0))
WIN, LINUX, MAC, INTEL = "windows-x64", "linux-x64", "macos-arm64", "macos-x64"


def target(platform: str, python: str) -> Target:
    return next(t for t in find_targets(RANGE, [platform]) if t.python == python)


def test_a_range_without_platforms_is_for_those_of_most_people() -> None:
    names = [(found.platform, found.python) for found in find_targets(RANGE)]
    optional = [(found.platform, found.python) for found in find_optional_targets(RANGE)]

    assert names == [(p, python) for p in (WIN, MAC, LINUX) for python in ("3.11", "3.13")]
    assert optional == [(INTEL, "3.11")]


@pytest.mark.parametrize(
    ("platform", "python", "tags"),
    [
        (LINUX, "3.11", ["cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux2014_x86_64", "cp311-cp311-manylinux_2_34_x86_64", "cp39-abi3-manylinux_2_17_x86_64", "py3-none-any"]),
        (WIN, "3.13", ["cp313-cp313-win_amd64", "cp313-abi3-win_amd64", "cp38-abi3-win_amd64", "py3-none-win_amd64", "py3-none-any"]),
        (MAC, "3.11", ["cp311-cp311-macosx_11_0_arm64", "cp311-cp311-macosx_14_0_arm64", "cp311-cp311-macosx_10_9_universal2"]),
        (INTEL, "3.11", ["cp311-cp311-macosx_10_9_x86_64", "cp311-cp311-macosx_10_9_universal2"]),
    ],
)  # fmt: skip
def test_the_wheel_for_the_oldest_supported_system_is_the_best(
    platform: str, python: str, tags: list[str]
) -> None:
    ranks = [target(platform, python).rank(WheelName.parse(f"a-1-{tag}.whl")) for tag in tags]

    assert None not in ranks
    assert ranks == sorted(ranks, key=lambda rank: rank or 0)


@pytest.mark.parametrize(
    "tag",
    [
        "cp310-cp310-manylinux_2_17_x86_64",
        "cp313-cp313-manylinux_2_17_x86_64",
        "cp311-cp311-musllinux_1_2_x86_64",
        "cp311-cp311-manylinux_2_17_aarch64",
        "cp311-cp311d-manylinux_2_17_x86_64",
        "pp311-pypy311_pp73-manylinux_2_17_x86_64",
        "cp311-cp311-win_amd64",
        "cp313-abi3-manylinux_2_17_x86_64",
    ],
)
def test_a_wheel_for_another_system_does_not_fit(tag: str) -> None:
    assert target(LINUX, "3.11").rank(WheelName.parse(f"a-1-{tag}.whl")) is None


def test_the_index_is_that_of_the_environment_or_of_pip(tmp_path: Path) -> None:
    settings = tmp_path / ".config/pip/pip.conf"
    home = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(settings)}
    settings.parent.mkdir(parents=True)

    assert find_index("", home) == "https://pypi.org/simple/"
    settings.write_text("[global]\nindex-url = https://own.example/simple\n")
    assert find_index("", home) == "https://own.example/simple"
    assert (
        find_index("", {**home, "PIP_INDEX_URL": "https://pip.example/"}) == "https://pip.example/"
    )
    assert find_index("https://x.example/", home) == "https://x.example/"
    settings.write_text("[global\n\x00")
    assert find_index("", home) == "https://pypi.org/simple/"
