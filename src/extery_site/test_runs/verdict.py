"""What the answer of a Blender means: passed, failed and where, or a fault of the machine; and the log of it."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterator
from typing import NamedTuple

from extery.author.testing.problems import find_problems
from extery.author.testing.results import Answer
from extery.author.testing.supervise import Limits
from extery.core.errors import Problem

#: Characters of a log, and of each of its parts.
MAX_LOG, _MAX_PART = 60_000, 15_000
_MAX_PROBLEMS = 100
#: Of `extery.author.testing.confine`: no namespaces, and a program that cannot be started.
_NOT_STARTED = {97, 127}

#: What failed, in words.
STEPS = {
    "install": "Blender did not install it",
    "enable": "it could not be enabled",
    "enable again": "it could not be enabled a second time",
    "disable": "it could not be disabled",
    "disable again": "it could not be disabled a second time",
    "remove": "Blender did not remove it",
    "crash": "Blender crashed or was ended",
    "time": "it took too long",
    "memory": "it used too much memory",
    "disk": "it used too much disk space",
    "processes": "it started too many processes",
}


class Verdict(NamedTuple):
    """``state`` is that of a `BlenderRun`; ``step`` a key of `STEPS` if something failed, ``text`` what in one line."""

    state: str
    step: str
    text: str
    problems: tuple[Problem, ...]


def judge(
    answer: Answer, *, release: str, id_: str, declared: Collection[str], limits: Limits
) -> Verdict:
    """Return the verdict of an answer. What the extension cannot have caused is a fault of the machine."""
    found = find_problems({release: answer}, id_=id_, declared=declared, limits=limits)
    problems = tuple(found[:_MAX_PROBLEMS])
    if fault := _fault(answer):
        return Verdict("not_run", "", fault, ())
    errors = [problem for problem in problems if problem.is_error]
    if not errors:
        return Verdict("passed", "", "", problems)
    if answer.failures:
        step = answer.failures[0].step
        step = step if step in STEPS else "enable"
    elif answer.ended.limit or "Timeout (" in answer.trace:
        step = answer.ended.limit or "time"
    else:
        step = "crash"
    return Verdict("failed", step, errors[0].message[:300], problems)


def _fault(answer: Answer) -> str:
    """Return why an answer says nothing about the extension; empty if it does."""
    if not answer.version:
        if answer.ended.status in _NOT_STARTED:
            return "The sandbox or Blender could not be started."
        return "Blender ended before the test began."
    if answer.last_step == "start":
        return "Blender ended before the package was installed."
    killed = answer.ended.status in {-signal.SIGKILL, 128 + signal.SIGKILL}
    if killed and not answer.is_complete and not answer.ended.limit:
        return "Something else ended Blender, such as a system without memory."
    return ""


def log_of(answer: Answer, verdict: Verdict) -> str:
    """Return the log of a run, with visible control characters, up to `MAX_LOG` characters."""
    return visible("\n".join(_lines(answer, verdict)))[:MAX_LOG]


def _lines(answer: Answer, verdict: Verdict) -> Iterator[str]:
    yield f"Blender {answer.version or '(no answer)'}, {answer.ended.seconds:.1f} s"
    yield f"last step: {answer.last_step}; exit status {answer.ended.status}"
    if verdict.text:
        yield verdict.text
    for name, seconds in answer.seconds.items():
        yield f"{name}: {seconds * 1000:.0f} ms"
    for problem in verdict.problems:
        place = f"{problem.where}: " if str(problem.where) else ""
        yield f"{place}{problem.severity}: {problem.message} [{problem.code}]"
    for failure in answer.failures[:10]:
        if failure.text:
            yield f"\n--- {failure.step} ---\n{failure.text[:_MAX_PART]}"
    if answer.trace:
        yield f"\n--- where Blender was ---\n{answer.trace[:_MAX_PART]}"
    if answer.ended.output:
        yield f"\n--- what Blender and the extension printed ---\n{_ends_of(answer.ended.output)}"


def _ends_of(text: str) -> str:
    """Return the start and the end of a long text."""
    half = _MAX_PART // 2
    return text if len(text) <= _MAX_PART else f"{text[:half]}\n[...]\n{text[-half:]}"


def visible(text: str) -> str:
    """Return a text with all control characters but line ends as escapes, so that no terminal or page acts on them."""
    return "".join(
        char
        if char.isprintable() or char == "\n"
        else char.encode("unicode_escape", "backslashreplace").decode("ascii", "replace")
        for char in text.replace("\r\n", "\n").replace("\t", "    ")
    )
