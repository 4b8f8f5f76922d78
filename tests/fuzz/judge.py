"""Decides whether the behaviour of a reader is a finding."""

from __future__ import annotations

import json
import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from extery.core.errors import ExteryError, Problem

MAX_SECONDS = 2.0
MAX_MEMORY = 200_000_000
#: Maximum length of a message.
MAX_TEXT = 4_000


class TooSlow(BaseException):
    """The input took more CPU time than `MAX_SECONDS`."""


class TooMuchMemory(BaseException):
    """The input took more memory than `MAX_MEMORY`."""


class BadProblem(AssertionError):
    """A problem that cannot be printed: too long, or not encodable."""


def judge(target: Callable[[bytes], None], data: bytes) -> BaseException | None:
    """Run ``target``; return the finding, or ``None``."""
    before, started = _peak(), time.process_time()
    try:
        with _alarm():
            target(data)
    except ExteryError as error:
        found: BaseException | None = _problem_with(error.problems)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        found = error
    else:
        found = None
    if found is None and time.process_time() - started > MAX_SECONDS:
        found = TooSlow(f"{time.process_time() - started:.1f} s")
    if found is None and _peak() - before > MAX_MEMORY:
        found = TooMuchMemory(f"{_peak() - before:,} bytes")
    return found


def check_problems(problems: Iterable[Problem]) -> None:
    """Raise `BadProblem` for a problem that cannot be printed."""
    found = _problem_with(problems)
    if found is not None:
        raise found


def _problem_with(problems: Iterable[Problem]) -> BadProblem | None:
    for problem in problems:
        for text in (problem.message, problem.hint, str(problem.where)):
            if len(text) > MAX_TEXT:
                return BadProblem(f"{problem.code}: {len(text):,} characters: {text[:80]!r}")
        try:
            json.dumps(problem.as_dict(), ensure_ascii=False).encode()
        except ValueError as error:
            return BadProblem(f"{problem.code} cannot be printed: {error}")
    return None


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _alarm() -> Iterator[None]:
    """Interrupt an input that takes far too long, so that a run continues."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow(f"more than {5 * MAX_SECONDS} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 5 * MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
