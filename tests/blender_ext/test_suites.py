"""Blender's own test suites for its tool pass, unmodified, with ours in its place."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.blender_ext.suites import (
    copy_suites,
    explain,
    run_suite,
    without_power_over_files,
    write_blender,
)

pytestmark = [pytest.mark.blender, pytest.mark.longest]


def ran(output: str) -> int:
    """Return the number of tests that a suite ran."""
    match = re.search(r"^Ran (\d+) tests?", output, re.MULTILINE)
    return int(match[1]) if match else 0


def test_the_suite_of_the_command_line_passes(tmp_path: Path) -> None:
    done = run_suite(copy_suites(tmp_path), "test_cli.py")

    assert done.returncode == 0, explain(done)
    assert ran(done.stderr) == 11


def test_the_suite_of_the_command_line_passes_over_http(tmp_path: Path) -> None:
    done = run_suite(copy_suites(tmp_path), "test_cli.py", USE_HTTP="1")

    assert done.returncode == 0, explain(done)
    assert ran(done.stderr) == 5


def test_the_suite_of_patterns_passes(tmp_path: Path) -> None:
    done = run_suite(copy_suites(tmp_path), "test_path_pattern_match.py")

    assert done.returncode == 0, explain(done)
    assert ran(done.stderr) == 9


@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_the_suite_of_blenders_command_passes(tmp_path: Path) -> None:
    tests = copy_suites(tmp_path)
    blender = write_blender(tmp_path, "4.2", tests.parent / "cli" / "blender_ext.py")

    done = run_suite(
        tests, "test_cli_blender.py", command=without_power_over_files(), BLENDER_BIN=str(blender)
    )

    assert done.returncode == 0, explain(done)
    assert ran(done.stderr) == 9
