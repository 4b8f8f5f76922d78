"""Runs of `extery server-generate` that are killed at every write, or while worker processes read packages.

`benchmarks/kills.py` does the same at random, any number of times.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kills.cases import CONFIGS, GenerateCase, remove_output
from tests.kills.harness import Kill, Runner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and sessions")

CHANNELS = CONFIGS[3]
#: Writes from one real kill to the next.
STRIDE = 9
KILLS_WITH_WORKERS = 2


@pytest.fixture
def case(tmp_path: Path, runner: Runner) -> GenerateCase:
    """A repository with a page, two channels and records of changes."""
    case = GenerateCase(tmp_path, runner)
    case.write("gears.zip", case.package("gear_tool", "1.0.0"))
    case.configure(CHANNELS)
    return case


def first_run(case: GenerateCase) -> None:
    remove_output(case)


def add_and_remove(case: GenerateCase) -> None:
    if "beacon.zip" in case.user_files:
        case.remove("beacon.zip")
    else:
        case.write("beacon.zip", case.package("beacon", "2.0.0-beta.1"))


def replace(case: GenerateCase) -> None:
    version = "1.0.0" if "bad.zip" in case.user_files else "1.1.0"
    case.write("gears.zip", case.package("gear_tool", version))
    add_bad_and_remove(case)


def add_bad_and_remove(case: GenerateCase) -> None:
    if "bad.zip" in case.user_files:
        case.remove("bad.zip")
    else:
        case.write("bad.zip", b"no zip")


def turn_channels_off_and_on(case: GenerateCase) -> None:
    case.configure("" if "blender_repo.toml" in case.user_files else CHANNELS)


CHANGES = pytest.mark.parametrize(
    "change", [first_run, add_and_remove, replace, turn_channels_off_and_on]
)


@CHANGES
def test_a_kill_at_any_write_leaves_a_consistent_repository_that_the_next_run_completes(
    case: GenerateCase, change: Callable[[GenerateCase], None]
) -> None:
    case.run_reference()
    case.finish()
    states = 0
    for _ in range(1 if change is first_run else 2):  # the change and its reversal
        change(case)
        case.run_reference()
        for _ in case.killed_at_each_write():
            case.finish()
            states += 1

    assert states > 1


@CHANGES
def test_a_killed_process_leaves_a_consistent_repository(
    case: GenerateCase, change: Callable[[GenerateCase], None]
) -> None:
    """At every few writes: a kill also ends locks and processes, which a snapshot does not show."""
    case.run_reference()
    case.finish()
    number, was_killed = 2, True
    while was_killed:
        number += STRIDE
        was_killed = False
        for _ in range(1 if change is first_run else 2):
            change(case)
            case.run_reference()
            was_killed |= case.run_killed(Kill(number, "torn", group=number % 2 > 0))
            case.finish()

    assert case.statistics.kills > 3


def test_a_change_can_be_reverted_after_its_run_was_killed(case: GenerateCase) -> None:
    """No trace of the change is left, although the next run does not know of it."""
    case.run_reference()
    case.finish()
    case.write("beacon.zip", case.package("beacon", "2.0.0-beta.1"))
    case.run_reference()
    states = 0
    for _ in case.killed_at_each_write():
        if not states:
            case.remove("beacon.zip")
            case.run_reference()
        (case.folder / "beacon.zip").unlink(missing_ok=True)
        # The reference has recorded the change and its reversal.
        case.finish(ignored=("changes.json",))
        states += 1

    assert states > 1


def test_a_run_killed_while_workers_read_leaves_no_process_and_no_lock(
    case: GenerateCase,
) -> None:
    for number in range(400):
        case.write(f"tool-{number}.zip", case.package(f"tool_{number}", "1.0.0"))
    case.run_reference()
    chance = random.Random(4)
    while case.statistics.with_workers < KILLS_WITH_WORKERS:
        for path in case.folder.glob(".extery/state.json"):
            path.unlink()  # so that every package is read again
        seconds = chance.uniform(0.1, 0.9) * case.seconds
        case.run_killed(Kill(after_seconds=seconds, group=chance.random() < 0.2))
        case.states.append({})
        case.finish()

    # Each kill asserts that no process is left; a run that had ended before is none.
    assert case.statistics.kills > 0
