"""The state of a file, from the results of its checks: a pure function, and the only place that decides it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from extery_site.scanning.models import FileCheck, StepResult

State = FileCheck.State
Outcome = StepResult.Outcome

#: Outcomes of a check that was not made, although it was tried: a person decides.
UNDECIDED = frozenset({Outcome.NOT_SCANNED, Outcome.FAILED})
#: Codes of findings that say nothing which the author could correct.
FOR_MODERATORS = frozenset({"scan.rule-review"})


def state_of(
    names: Iterable[str],
    results: Mapping[str, StepResult],
    *,
    accepted: Collection[str] = (),
    is_quarantined: bool = False,
) -> FileCheck.State:
    """Return the state of a file with ``results``, of which it needs those of the steps ``names``.

    ``accepted`` are signatures of malware that a moderator found to be a false alarm. A file in quarantine stays
    rejected until a moderator releases it, also if newer signatures do not find it. Nothing passes by the
    absence of a result.
    """
    needed = [results.get(name) for name in names]
    made = [result for result in needed if result is not None and result.has_result]
    if is_quarantined or any(is_infected(result, accepted) for result in made):
        return State.REJECTED
    if len(made) < len(needed):
        was_tried = any(result is not None and not result.has_result for result in needed)
        return State.UNAVAILABLE if was_tried else State.CHECKING
    if any(_needs_moderator(result) for result in made):
        return State.NEEDS_MODERATOR
    if any(_has_error(result) for result in made):
        return State.NEEDS_AUTHOR
    return State.PASSED


def is_infected(result: StepResult, accepted: Collection[str] = ()) -> bool:
    """Whether malware was found that is not an accepted false alarm."""
    return _is_infected(result) and not set(result.signatures) <= set(accepted)


def _needs_moderator(result: StepResult) -> bool:
    return (
        result.outcome in UNDECIDED
        or _is_infected(result)
        or any(problem.get("code") in FOR_MODERATORS for problem in result.problems)
    )


def _is_infected(result: StepResult) -> bool:
    return result.outcome == Outcome.INFECTED


def _has_error(result: StepResult) -> bool:
    return any(problem.get("severity") == "error" for problem in result.problems)
