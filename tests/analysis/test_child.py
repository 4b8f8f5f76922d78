"""Children are killed that do not answer in time, and no others."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from extery.analysis.child import Child, Watchdog, start_child, stop_child

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


def test_a_child_that_was_killed_is_started_for_the_next_request() -> None:
    child = Child("extery.analysis.worker", MEMORY)
    try:
        late = child.ask(b"[]\n", SHORT)  # it waits for a source after the names
        assert (late.line, late.is_late, child.is_running) == (b"", True, False)
        head = b'{"path": "a.py", "size": 1, "pythons": []}\n'
        answer = child.ask(b"[]\n" + head + b"1", LONG)
        assert answer.line.startswith(b'["a.py", ""')
        assert (answer.is_late, child.is_running) == (False, True)
    finally:
        child.stop()


def test_an_answer_that_is_shorter_than_it_says_is_none() -> None:
    child = Child("extery.analysis.worker", MEMORY)
    try:
        head = b'{"path": "a.py", "size": 1, "pythons": []}\n'
        answer = child.ask(b"[]\n" + head + b"1", SHORT * 30, lambda _: 10)
        assert (answer.line, answer.is_late, child.is_running) == (b"", True, False)
    finally:
        child.stop()
