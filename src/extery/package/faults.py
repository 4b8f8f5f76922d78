"""One bad package stops nothing else: every exception while reading it becomes a problem of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from extery.core.errors import ExteryError, Problem, ProblemList, Where


@contextmanager
def noting_faults(problems: ProblemList, name: str) -> Iterator[None]:
    """Add what goes wrong in the block to ``problems``, whatever it is; ``name`` is the package's.

    An unexpected error is a fault of Extery: it is logged with its traceback, and the package
    counts as unreadable. Interruptions are passed on.
    """
    try:
        yield
    except Exception as error:
        note_fault(error, problems, name)


def note_fault(error: Exception, problems: ProblemList, name: str) -> None:
    """Add an exception that reading the package ``name`` has raised."""
    problems.extend(error.problems if isinstance(error, ExteryError) else [unexpected(error, name)])


def unexpected(error: Exception, name: str) -> Problem:
    """The problem of a package whose reading raised an unexpected error."""
    import logging  # only ever needed here

    logging.getLogger(__name__).warning("reading %s failed", name, exc_info=error)
    return Problem(
        "package.unexpected",
        f"{name} could not be read: {type(error).__name__}",
        "leave it out, and report it with the package as a fault of Extery",
        Where(name),
    )
