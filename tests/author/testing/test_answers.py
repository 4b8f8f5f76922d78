"""The file of answers has a bound, and what it leaves out never makes a bad run look good."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from extery.author.testing.inside_blender.answers import Answers
from extery.author.testing.inside_blender.author_tests import Reporter
from extery.author.testing.results import MAX_ANSWER, Answer, read_answer
from extery.author.testing.supervise import Ended

PASSED = {"outcome": "passed", "seconds": 0.1, "reason": "", "text": "", "place": None}


def opened(folder: Path) -> Answers:
    (folder / "answer").touch()
    return Answers(str(folder / "answer"))


def read(folder: Path) -> Answer:
    return read_answer(folder / "answer", folder / "trace", Ended(0, "", "", 0, 1.0))


def failed(number: int, text: str = "E x") -> Any:
    """Return a report of pytest."""
    return SimpleNamespace(
        when="call", outcome="failed", failed=True, skipped=False, longrepr=text,
        nodeid=f"t::{number}", duration=0.1, location=("t.py", 1, "f"),
    )  # fmt: skip


def test_a_test_that_fails_after_many_that_pass_is_in_the_answer(tmp_path: Path) -> None:
    answers = opened(tmp_path)
    for number in range(1_000):
        answers.write("test", name=f"t::{number}", **PASSED)
    Reporter(answers, "m").pytest_runtest_logreport(failed(1_000))
    answers.write_counts()
    tests = read(tmp_path).tests
    assert len(tests) == 1_001
    assert [test.name for test in tests if test.outcome == "failed"] == ["t::1000"]


@pytest.mark.parametrize("outcome", ["skipped", "passed"])
def test_a_test_marked_as_expected_to_fail_has_the_outcome_that_pytest_gives_it(
    tmp_path: Path, outcome: str
) -> None:
    # pytest reports one that fails as skipped, and one that passes as passed, if the mark is not strict.
    report = failed(1, "")
    report.outcome, report.failed, report.skipped = outcome, False, outcome == "skipped"
    report.wasxfail = "known"
    answers = opened(tmp_path)
    Reporter(answers, "m").pytest_runtest_logreport(report)
    answers.write_counts()
    assert [test.outcome for test in read(tmp_path).tests] == [outcome]


def test_failed_tests_beyond_the_bound_are_counted(tmp_path: Path) -> None:
    answers = opened(tmp_path)
    for number in range(300):
        Reporter(answers, "m").pytest_runtest_logreport(failed(number))
    answers.write_counts()
    answer = read(tmp_path)
    assert len(answer.tests) == 200
    assert answer.left_out == {"failed test": 100}


def test_long_texts_of_failed_tests_do_not_make_the_answer_unreadable(tmp_path: Path) -> None:
    answers = opened(tmp_path)
    for number in range(300):
        Reporter(answers, "m").pytest_runtest_logreport(failed(number, "\U0001f600" * 5_000))
    answers.write("step", name="end")
    answers.write_counts()
    assert (tmp_path / "answer").stat().st_size < MAX_ANSWER
    answer = read(tmp_path)
    assert answer.is_complete
    assert len(answer.tests) + answer.left_out["failed test"] == 300


def test_coverage_of_a_long_file_is_whole(tmp_path: Path) -> None:
    ranges = [[number, number] for number in range(1, 6_001, 2)]
    opened(tmp_path).write("coverage", file="a.py", statements=ranges, missing=ranges[1:])
    covered = read(tmp_path).coverage["a.py"]
    assert len(covered.statements) == 3_000
    assert len(covered.missing) == 2_999
