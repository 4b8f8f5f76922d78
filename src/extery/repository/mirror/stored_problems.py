"""Problems of packages as JSON in the state of a mirror, and back.

The folder of a mirror may come from elsewhere, so everything that is read is checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extery.core.codes import find
from extery.core.errors import Problem, Value

#: Problems by the file name of their package.
PackageProblems = dict[str, list[Problem]]


def dump_problems(packages: Mapping[str, Iterable[Problem]]) -> dict[str, list[dict[str, Any]]]:
    """Return problems as JSON, sorted by package."""
    return {name: [problem.as_dict() for problem in packages[name]] for name in sorted(packages)}


def load_problems(packages: Mapping[str, Iterable[Mapping[str, Any]]]) -> PackageProblems:
    """Return the problems that `dump_problems` returned as JSON.

    Raises one of `ValueError`, `KeyError`, `TypeError` and `AttributeError` for anything else.
    """
    loaded = {name: [_load(item) for item in items] for name, items in packages.items()}
    return {name: problems for name, problems in loaded.items() if problems}


def _load(item: Mapping[str, Any]) -> Problem:
    problem = Problem.from_dict(item)
    find(problem.code)  # raises KeyError for an unknown code
    if problem.severity not in ("error", "warning"):
        raise ValueError("unknown severity")
    for text in _texts(problem):
        if not isinstance(text, str):
            raise TypeError("not a string")
        text.encode()  # raises UnicodeEncodeError for unpaired surrogates
    for number in (problem.where.line, problem.where.column):
        if number is not None and type(number) is not int:
            raise TypeError("not an integer")
    return problem


def _texts(problem: Problem) -> Iterator[object]:
    """Yield everything in a problem that has to be a string."""
    where = problem.where
    yield from (problem.code, problem.message, problem.hint, where.file)
    yield from (step for step in where.path if type(step) is not int)
    yield from (value for _, value in problem.values if not _is_number(value))


def _is_number(value: Value) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))
