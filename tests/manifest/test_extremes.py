"""Manifests that would take much time or memory, or exceed a limit of Python."""

from __future__ import annotations

import time

import pytest

from extery.core.versions import Version, parse_blender_version
from extery.manifest.document import check_manifest
from extery.manifest.schemas.checking import MAX_SIMILAR_PROBLEMS
from tests.manifest.mutations import GOOD, LONG, LONG_NUMBERS, toml

SLOW = {
    "a key of many parts": "a." * 100_000 + "a = 1\n",
    "a header of many parts": "[" + "a." * 100_000 + "a]\n",
    "quoted parts": '"a" . ' * 50_000 + "a = 1\n",
    "a long key": "a" * 900_000 + " = 1\n",
    "many quotes": "'\"" * 400_000,
    "many unknown fields": "".join(f"a{n} = 1\n" for n in range(60_000)),
    "many tags": "tags = [" + '"x",' * 200_000 + "]\n",
    "many numbers": "wheels = [" + "1," * 300_000 + "]\n",
    "many permissions": "[permissions]\n" + "".join(f"a{n} = 'x'\n" for n in range(60_000)),
    "platforms without wheels": "platforms = ["
    + ",".join(f'"p{n}"' for n in range(20_000))
    + "]\nwheels = ["
    + ",".join(f'"w{n}-1-py3-none-win_amd64.whl"' for n in range(20_000))
    + "]\n",
}


@pytest.mark.parametrize("name", SLOW)
def test_hostile_manifests_are_checked_in_bounded_time(name: str) -> None:
    started = time.process_time()
    _, problems = check_manifest(toml(GOOD) + SLOW[name].encode())

    # The slowest takes two seconds where the machine is busy; each took from ten to hours.
    assert time.process_time() - started < 10
    assert 0 < len(problems) <= 4 * MAX_SIMILAR_PROBLEMS


@pytest.mark.parametrize("value", LONG_NUMBERS)
@pytest.mark.parametrize("field", ["id", "version", "blender_version_min", "tags", "extra"])
def test_a_number_of_thousands_of_digits_does_not_crash(field: str, value: str) -> None:
    _, problems = check_manifest(toml({**GOOD, field: value}))

    assert all(len(problem.message) < 300 for problem in problems)


def test_versions_with_very_long_numbers_can_be_compared() -> None:
    huge = Version.parse(f"{LONG}.0.0-{LONG}")

    assert huge > Version.parse("99.0.0")
    assert parse_blender_version(f"{LONG}.2") > (5, 0, 0)


def test_lists_nested_hundreds_of_levels_deep_do_not_crash() -> None:
    for depth in range(100, 1000, 7):
        _, problems = check_manifest(toml({**GOOD, "tags": "[" * depth + "]" * depth}))
        assert problems.errors


@pytest.mark.parametrize("value", ["1", "''", "[]", "false"])
def test_a_package_whose_build_generated_is_not_a_table_is_refused(value: str) -> None:
    manifest = toml({**GOOD, "build": f"{{generated = {value}}}"})

    _, problems = check_manifest(manifest, strict=False, packaged=True)

    [problem] = problems
    assert problem.code == "package.build-not-table"
    assert problem.where.field == "build.generated"
    assert (problem.where.line, problem.where.column) == (10, 22)
