"""The state of a file follows from the results of its checks, and never from their absence."""

from __future__ import annotations

import pytest

from extery_site.scanning.models import FileCheck, StepResult
from extery_site.scanning.states import state_of

State, Outcome = FileCheck.State, StepResult.Outcome
ERROR = [{"code": "a.b", "severity": "error"}]
WARNING = [{"code": "a.b", "severity": "warning"}]
REVIEW = [{"code": "scan.rule-review", "severity": "error"}]


def result(outcome: str, **values: object) -> StepResult:
    return StepResult(name="one", outcome=outcome, **values)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([], State.CHECKING),
        ([None], State.CHECKING),
        ([result(Outcome.UNAVAILABLE)], State.UNAVAILABLE),
        ([result(Outcome.PASSED)], State.PASSED),
        ([result(Outcome.SKIPPED)], State.PASSED),
        ([result(Outcome.FINDINGS, problems=WARNING)], State.PASSED),
        ([result(Outcome.FINDINGS, problems=ERROR)], State.NEEDS_AUTHOR),
        ([result(Outcome.FINDINGS, problems=[*ERROR, *REVIEW])], State.NEEDS_MODERATOR),
        ([result(Outcome.NOT_SCANNED)], State.NEEDS_MODERATOR),
        ([result(Outcome.FAILED)], State.NEEDS_MODERATOR),
        ([result(Outcome.INFECTED, details={"signature": "X"})], State.REJECTED),
        ([result(Outcome.INFECTED)], State.REJECTED),
        ([result(Outcome.INFECTED, details={"signature": "Known"})], State.NEEDS_MODERATOR),
        ([result(Outcome.INFECTED, details={"signatures": ["Known"]})], State.NEEDS_MODERATOR),
        ([result(Outcome.INFECTED, details={"signatures": ["Known", "X"]})], State.REJECTED),
        ([result(Outcome.PASSED), None], State.CHECKING),
        ([result(Outcome.PASSED), result(Outcome.UNAVAILABLE)], State.UNAVAILABLE),
        ([result(Outcome.INFECTED), result(Outcome.UNAVAILABLE)], State.REJECTED),
        ([result(Outcome.FINDINGS, problems=ERROR), None], State.CHECKING),
        (
            [result(Outcome.NOT_SCANNED), result(Outcome.FINDINGS, problems=ERROR)],
            State.NEEDS_MODERATOR,
        ),
    ],
)
def test_the_state_follows_from_the_results(
    found: list[StepResult | None], state: FileCheck.State
) -> None:
    names = [f"step {number}" for number in range(max(len(found), 1))]
    results = {name: one for name, one in zip(names, found, strict=False) if one is not None}

    assert state_of(names, results, accepted=["Known"]) == state


def test_a_file_in_quarantine_stays_rejected_when_nothing_is_found_any_more() -> None:
    results = {"one": result(Outcome.PASSED)}

    assert state_of(["one"], results, is_quarantined=True) == State.REJECTED


def test_results_of_steps_that_the_site_does_not_make_any_more_do_not_count() -> None:
    results = {"one": result(Outcome.PASSED), "old": result(Outcome.NOT_SCANNED)}

    assert state_of(["one"], results) == State.PASSED


def test_malware_that_a_step_found_before_still_counts_only_while_the_site_makes_the_step() -> None:
    results = {"old": result(Outcome.INFECTED)}

    assert state_of(["one"], results) == State.CHECKING


def test_a_site_without_checks_passes_every_file() -> None:
    assert state_of([], {}) == State.PASSED
