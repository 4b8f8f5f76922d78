"""Turn exceptions raised while reading a package into problems, so that one bad package stops nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from extery.core.errors import ExteryError, Problem, ProblemList, Where


@contextmanager
def capture_errors(problems: ProblemList, name: str) -> Iterator[None]:
    """Add every exception of the block to ``problems``; ``name`` is the file name of the package.

    An unexpected exception is a bug of Extery: it is logged with its traceback and reported as
    ``package.unexpected``. Interruptions are passed on.
    """
    try:
        yield
    except Exception as error:
        add_exception(error, problems, name)


def add_exception(error: Exception, problems: ProblemList, name: str) -> None:
    """Add the problems of an exception that was raised while the package ``name`` was read."""
    if isinstance(error, ExteryError):
        problems.extend(error.problems)
    else:
        problems.extend([unexpected_error(error, name)])


def unexpected_error(error: Exception, name: str) -> Problem:
    """Log an unexpected exception and return it as a problem of the package ``name``."""
    import logging  # not needed otherwise

    logging.getLogger(__name__).warning("reading %s failed", name, exc_info=error)
    return Problem.of(
        "package.unexpected", where=Where(name), file=name, error=type(error).__name__
    )
