"""From answers to problems: one for each cause, with its Blenders and its place."""

from __future__ import annotations

from typing import Any

import pytest

from extery.author.testing.problems import find_problems, join_names
from extery.author.testing.results import Answer, AuthorTest, Failure, LeftOver, Observed
from extery.author.testing.supervise import Ended, Limits
from extery.core.errors import Problem

GOOD = Answer(
    version="5.3.0",
    last_step="end",
    seconds={},
    failures=(),
    left_overs=(),
    observed=(),
    tests=(),
    tests_status=None,
    tests_reason="",
    coverage={},
    trace="",
    ended=Ended(0, "", "", 0, 1.0),
)


def problems_of(*answers: Answer, declared: tuple[str, ...] = ()) -> list[Problem]:
    named = dict(zip(("4.2", "5.0", "5.3"), answers, strict=False))
    return find_problems(named, id_="gears", declared=declared, limits=Limits())


def only(**changes: Any) -> Problem:
    [problem] = problems_of(GOOD._replace(**changes))
    return problem


def test_a_good_answer_has_no_problems() -> None:
    assert problems_of(GOOD, GOOD) == []


def test_a_cause_in_several_blenders_is_one_problem() -> None:
    leaky = GOOD._replace(left_overs=[LeftOver("timers", "tick", ("a.py", 3))])
    [problem] = problems_of(leaky, GOOD, leaky)
    assert problem.message == "the timer tick keeps running after disabling (Blender 4.2 and 5.3)"
    assert (problem.where.file, problem.where.line, problem.severity) == ("a.py", 3, "warning")


def test_failed_tests_that_are_only_counted_are_an_error() -> None:
    problem = only(left_out={"failed test": 100})
    assert problem.message == "100 more tests failed (Blender 4.2)"
    assert problem.is_error


def test_a_status_of_failure_without_a_failed_test_is_an_error() -> None:
    passed = AuthorTest("t::a", "passed", 0.1, "", None, "")
    problem = only(tests=[passed], tests_status=1)
    assert problem.code == "test.tests-not-run"
    assert problem.is_error
    failed = passed._replace(name="t::b", outcome="failed")
    assert only(tests=[passed, failed], tests_status=1).code == "test.test-failed"


def test_an_unknown_kind_has_the_usual_words() -> None:
    problem = only(left_overs=[LeftOver("gadgets", "x", None)])
    assert problem.message == "gadgets 'x' stays behind after disabling (Blender 4.2)"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("enable", "it cannot be enabled: E: x"),
        ("enable again", "it cannot be enabled a second time: E: x"),
        ("disable", "it cannot be disabled: E: x"),
        ("disable again", "it cannot be disabled: E: x"),
        ("install", "Blender did not install the package: E: x"),
        ("remove", "Blender did not remove it: E: x"),
        ("tests", "the author's tests failed: E: x"),
        ("dance", "dance failed: E: x"),
    ],
)
def test_an_error_names_its_step(step: str, words: str) -> None:
    problem = only(failures=[Failure(step, "E: x", ("a.py", 1))])
    assert problem.message == f"{words} (Blender 4.2)"
    assert problem.is_error


def test_only_permissions_that_are_not_declared_are_problems() -> None:
    seen = [
        Observed("network", "example.org:443", ("a.py", 1)),
        Observed("files", "/tmp/extery-test-x1/work/home/notes.txt", ("a.py", 2)),
        Observed("programs", "ffmpeg -version", ("a.py", 3)),
    ]
    found = problems_of(GOOD._replace(observed=seen), declared=("network",))
    assert [(p.code, dict(p.values)["detail"]) for p in found] == [
        ("test.undeclared-permission", "~/notes.txt"),
        ("test.program", "ffmpeg -version"),
    ]


@pytest.mark.parametrize(
    ("status", "trace", "words"),
    [
        (-11, "", "Blender ended during enabling (SIGSEGV)"),
        (139, "", "Blender ended during enabling (SIGSEGV)"),
        (0, "", "Blender ended during enabling (exit status 0)"),
        (1, "", "Blender ended during enabling (exit status 1)"),
        (1, "Fatal Python error: Aborted\n", "Blender ended during enabling (Aborted)"),
        (1, "Timeout (0:01:00)!\n", "enabling did not end within 120 seconds"),
    ],
)
def test_an_answer_without_an_end_says_why(status: int, trace: str, words: str) -> None:
    ended = Ended(status, "", "", 0, 1.0)
    problem = only(last_step="enable", ended=ended, trace=trace)
    assert problem.message == f"{words} (Blender 4.2)"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("time", "disabling did not end within 120 seconds"),
        ("memory", "disabling needed more memory than the limit of 6.0 GB"),
        ("disk", "disabling wrote more than the limit of 1.0 GB"),
        ("processes", "disabling started more than 200 processes"),
    ],
)
def test_a_limit_is_named(limit: Any, words: str) -> None:
    problem = only(last_step="disable", ended=Ended(-9, limit, "", 0, 1.0))
    assert problem.message == f"{words} (Blender 4.2)"


def test_failed_tests_are_problems_with_their_place() -> None:
    test = AuthorTest("tests/test_a.py::test_b", "failed", 0.1, "assert 1 == 2", ("/p/t.py", 4), "")
    passed = test._replace(outcome="passed")
    problem = only(tests=[test, passed], tests_status=1)
    assert problem.message == "tests/test_a.py::test_b failed: assert 1 == 2 (Blender 4.2)"
    assert problem.where.line == 4


@pytest.mark.parametrize(("status", "number"), [(0, 0), (5, 0), (4, 1), (-1, 1)])
def test_tests_that_do_not_run_are_a_problem(status: int, number: int) -> None:
    assert len(problems_of(GOOD._replace(tests_status=status))) == number


def test_names_are_joined_as_in_a_sentence() -> None:
    assert join_names(["4.2"]) == "4.2"
    assert join_names(["4.2", "5.3"]) == "4.2 and 5.3"
    assert join_names(["4.2", "4.5", "5.3"]) == "4.2, 4.5 and 5.3"
