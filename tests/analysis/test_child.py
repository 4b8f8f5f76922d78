"""Children are killed that do not answer in time, and no others."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from extery.analysis.child import Watchdog, start_child, stop_child

MEMORY = 600_000_000
LONG, SHORT = 300.0, 0.01


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A child that waits for its first line."""
    process = start_child("extery.analysis.worker", MEMORY)
    yield process
    stop_child(process)


@pytest.fixture
def watchdog(child: subprocess.Popen[bytes]) -> Iterator[Watchdog]:
    one = Watchdog(child)
    yield one
    one.close()


def test_a_child_without_an_answer_is_killed(
    child: subprocess.Popen[bytes], watchdog: Watchdog
) -> None:
    watchdog.start(SHORT)
    assert child.wait(LONG) != 0
    assert watchdog.end()


def test_a_shorter_limit_than_the_one_before_counts(
    child: subprocess.Popen[bytes], watchdog: Watchdog
) -> None:
    watchdog.start(LONG)
    assert not watchdog.end()
    watchdog.start(SHORT)
    assert child.wait(LONG) != 0
    assert watchdog.end()


def test_a_child_that_answers_in_time_is_not_killed(child: subprocess.Popen[bytes]) -> None:
    one = Watchdog(child)
    for _ in range(3):
        one.start(LONG)
        assert not one.end()
    one.close()
    assert child.poll() is None
