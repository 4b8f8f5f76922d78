"""The problems of a test: one for each cause, with all Blenders that have it."""

from __future__ import annotations

import re
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from extery.author.testing.results import Answer, Place, place_in_trace
from extery.author.testing.run import EXTENSIONS
from extery.author.testing.supervise import Limits
from extery.core.codes import find
from extery.core.errors import Problem, Where
from extery.core.files import format_size

_VARIANTS = {"enable again": "again", "disable again": "disable"}
#: Step -> its name in messages.
_STEPS = {
    "start": "the start of Blender",
    "install": "the installation",
    "enable": "enabling",
    "enable again": "enabling it a second time",
    "disable": "disabling",
    "disable again": "disabling it a second time",
    "compare": "the comparison after disabling",
    "tests": "the author's tests",
    "remove": "the removal",
}


#: Paths, addresses or programs of one line of code that a message has.
_MAX_DETAILS = 3
#: A folder of a run: ``extery-test-…/work/home`` in the folder of temporary files.
_FOLDER = re.compile(r"\S*extery-test-[^/\\\s]+[/\\]work[/\\](\w+)(?=[/\\]|$)")


class _Cause(NamedTuple):
    """A problem without its Blenders."""

    code: str
    variant: str
    where: Where
    values: tuple[tuple[str, str | int], ...]


def find_problems(
    answers: Mapping[str, Answer], *, id_: str, declared: Collection[str], limits: Limits
) -> list[Problem]:
    """Return the problems of the answers of Blenders, by their names; a cause that several have is one problem."""
    blenders: dict[_Cause, list[str]] = {}
    for name, answer in answers.items():
        for cause in _causes(answer, id_, declared, limits):
            names = blenders.setdefault(cause, [])
            if name not in names:
                names.append(name)
    return [
        Problem.of(
            cause.code,
            where=cause.where,
            variant=cause.variant,
            blenders=f"Blender {join_names(names)}",
            **dict(cause.values),
        )
        for cause, names in blenders.items()
    ]


def join_names(names: Sequence[str]) -> str:
    """Return ``4.2``, ``4.2 and 5.3`` or ``4.2, 4.5 and 5.3``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _causes(
    answer: Answer, id_: str, declared: Collection[str], limits: Limits
) -> Iterator[_Cause]:
    for failure in answer.failures:
        variant = _VARIANTS.get(failure.step, failure.step)
        known = variant in find("test.failed").variants
        step = _STEPS.get(failure.step, failure.step)
        values = {"reason": _shortened(failure.reason), **({} if known else {"step": step})}
        yield _cause("test.failed", failure.place, variant if known else "", **values)
    yield from _end(answer, id_, limits)
    for item in answer.left_overs:
        known = item.what in find("test.left-over").variants
        variant = item.what if known else ""
        yield _cause(
            "test.left-over", item.place, variant, what=item.what, name=_shortened(item.name)
        )
    seen: dict[tuple[str, Place | None], list[str]] = {}
    for row in answer.observed:
        if row.permission not in declared:
            seen.setdefault((row.permission, row.place), []).append(_shortened(row.detail))
    for (permission, place), details in seen.items():
        detail = _listed(details)
        if permission == "programs":
            yield _cause("test.program", place, detail=detail)
        else:
            values = {"permission": permission, "detail": detail}
            yield _cause("test.undeclared-permission", place, **values)
    yield from _tests(answer)


def _end(answer: Answer, id_: str, limits: Limits) -> Iterator[_Cause]:
    """Yield why the session did not come to its end."""
    limit = answer.ended.limit
    if answer.is_complete and not limit:
        return
    place = place_in_trace(answer.trace, f"{EXTENSIONS}/{id_}")
    step = _STEPS.get(answer.last_step, answer.last_step)
    if not limit and "Timeout (" in answer.trace:
        limit = "time"
    if not limit:
        yield _cause("test.ended", place, step=step, reason=_reason(answer))
        return
    size = {"memory": limits.memory, "disk": limits.disk}.get(limit, 0)
    values: dict[str, str | int] = {
        "time": {"seconds": f"{limits.seconds:g}"},
        "processes": {"number": limits.processes},
    }.get(limit, {"size": format_size(size)})  # type: ignore[assignment]
    yield _cause("test.limit", place, limit, step=step, **values)


def _reason(answer: Answer) -> str:
    """Return why a process ended: the fatal error, the signal or the exit status."""
    for line in answer.trace.splitlines():
        if line.startswith("Fatal Python error:"):
            return line.removeprefix("Fatal Python error:").strip()
    status = answer.ended.status
    number = -status if status < 0 else status - 128
    if status < 0 or status > 128:
        try:
            return signal.Signals(number).name
        except ValueError:
            pass
    return f"exit status {status}"


def _tests(answer: Answer) -> Iterator[_Cause]:
    for test in answer.tests:
        if test.outcome in ("failed", "error"):
            reason = test.reason or test.outcome
            yield _cause("test.test-failed", test.place, name=test.name, reason=reason)
    if more := answer.left_out.get("failed test"):
        yield _cause("test.test-failed", None, "more", number=more)
    if not were_tests_run(answer):
        reason = f"pytest ended with status {answer.tests_status}"
        if answer.tests_status == 1:
            reason = "pytest reports failed tests, and has named none"
        yield _cause("test.tests-not-run", None, reason=answer.tests_reason or reason)


def were_tests_run(answer: Answer) -> bool:
    """Return whether pytest's status is explained by the results of the tests, if it ran."""
    status, outcomes = answer.tests_status, {test.outcome for test in answer.tests}
    if status == 1:
        return not outcomes.isdisjoint({"failed", "error"})
    return status in (None, 0, 5) or "error" in outcomes


def _listed(details: Sequence[str]) -> str:
    """Return the first details, sorted, and how many more there are."""
    first = sorted(set(details))
    more = f" and {len(first) - _MAX_DETAILS} more" if len(first) > _MAX_DETAILS else ""
    return ", ".join(first[:_MAX_DETAILS]) + more


def _shortened(detail: str) -> str:
    """Return a path without the temporary folder of the run."""
    text = detail.replace("\\", "/")
    return _FOLDER.sub(lambda match: "~" if match[1] == "home" else f"the folder {match[1]}", text)


def _cause(code: str, place: Place | None, variant: str = "", **values: str | int) -> _Cause:
    where = Where(place[0], line=place[1]) if place else Where()
    return _Cause(code, variant, where, tuple(sorted(values.items())))
