"""Runs of `extery mirror` that are killed at every write.

`benchmarks/kills.py` does the same at random, any number of times.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fetch.web import cut_off
from tests.kills.cases import MirrorCase, remove_output
from tests.kills.harness import Kill, Runner

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and sessions")

#: Writes from one real kill to the next.
STRIDE = 9


@pytest.fixture
def case(tmp_path: Path, runner: Runner) -> Iterator[MirrorCase]:
    """A mirror of two packages."""
    with ExitStack() as stack:
        case = MirrorCase(tmp_path, runner, stack, records_changes=True)
        case.add("beacon")
        yield case


def first_run(case: MirrorCase) -> None:
    remove_output(case)


def replace(case: MirrorCase) -> None:
    """Replace an extension by a new version."""
    case.repository.withdraw("anvil")
    case.add("anvil")


def lose(case: MirrorCase) -> None:
    """List a new package that is missing; withdraw the previous one of that kind."""
    entries = case.repository.entries
    for item in [item for item in entries if item["id"] == "lost"]:
        case.repository.withdraw(item["id"])
    case.add("lost")
    del case.repository.web.pages[f"/r/lost-1.{case.number}.0.zip"]
    replace(case)


def add_several(case: MirrorCase) -> None:
    """Add several packages; the connection breaks during one of them."""
    for identifier in ("cog", "dial", "echo", "flange"):
        case.add(identifier)
    for _ in (case.reference, case.folder):
        case.repository.web.fail(f"/r/echo-1.{case.number - 1}.0.zip", cut_off(100))


@pytest.mark.parametrize("change", [first_run, replace, lose, add_several])
def test_a_kill_at_any_write_leaves_a_consistent_mirror_that_the_next_run_completes(
    case: MirrorCase, change: Callable[[MirrorCase], None]
) -> None:
    case.run_reference()
    case.finish()
    change(case)
    case.run_reference()
    states = 0
    for _ in case.killed_at_each_write():
        case.finish()
        states += 1

    assert states > 1


@pytest.mark.parametrize("change", [first_run, replace, lose])
def test_a_killed_process_leaves_a_consistent_mirror(
    case: MirrorCase, change: Callable[[MirrorCase], None]
) -> None:
    """At every few writes: a kill also ends locks and processes, which a snapshot does not show."""
    case.run_reference()
    case.finish()
    number, was_killed = 2, True
    while was_killed:
        number += STRIDE
        change(case)
        case.run_reference()
        was_killed = case.run_killed(Kill(number, "torn", group=number % 2 > 0))
        case.finish()

    assert case.statistics.kills > 3
