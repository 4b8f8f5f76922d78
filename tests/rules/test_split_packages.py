"""Split packages, whose manifests state platforms and wheels a second time in ``[build.generated]``."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from extery.author.build.execute import build
from extery.rules.engine import check_package
from tests.author.trees import make_source, wheel, wheels_line
from tests.samples.packages import ADD_ON, add_on

GENERATED = (
    b'platforms = ["windows-x64", "linux-x64"]\n\n[build.generated]\nplatforms = %s\nwheels = %s\n'
)


def split_package(*, platforms: bytes = b'["linux-x64"]', wheels: bytes = b"[]") -> bytes:
    return add_on(manifest=ADD_ON + GENERATED % (platforms, wheels))


def test_a_value_of_build_generated_is_the_place_of_its_problem() -> None:
    data = split_package(platforms=b'["linux-x64", "osx-64"]')

    [problem] = check_package(io.BytesIO(data), name="gears.zip").problems

    assert problem.code == "manifest.platforms.unknown"
    assert problem.where.path == ("build", "generated", "platforms", 1)
    assert (problem.where.line, problem.where.column) == (13, 27)


def test_a_wheel_of_build_generated_is_the_place_of_its_problem() -> None:
    data = split_package(wheels=b'["./wheels/gears-1.0-py3-none-any.whl"]')

    [problem] = check_package(io.BytesIO(data), name="gears.zip").problems

    assert problem.code == "package.wheel-missing"
    assert problem.where.line == 14


def test_a_split_package_without_wheels_has_no_warning() -> None:
    assert not check_package(io.BytesIO(split_package()), name="gears.zip").problems


def test_an_empty_list_of_wheels_in_a_manifest_of_its_own_stays_a_warning() -> None:
    data = add_on(manifest=ADD_ON + b"wheels = []\n")

    [problem] = check_package(io.BytesIO(data), name="gears.zip").problems

    assert problem.code == "manifest.wheels.empty"


@pytest.mark.parametrize(
    "tags", [(), ("win_amd64",), ("any",), ("win_amd64", "manylinux_2_28_x86_64")]
)
def test_packages_of_a_split_build_pass_the_check_without_warnings(
    tmp_path: Path, tags: tuple[str, ...]
) -> None:
    paths = wheel(*tags)
    line = wheels_line(paths) if paths else ""
    lines = f'platforms = ["windows-x64", "linux-x64"]\nblender_version_max = "5.1.0"\n{line}'
    source = make_source(tmp_path / "src", *paths, extra=lines)
    (tmp_path / "dist").mkdir()

    built = build(source, output_dir=tmp_path / "dist", split_platforms=True)

    assert len(built) == 2
    for package in built:
        assert not check_package(package.path).problems
