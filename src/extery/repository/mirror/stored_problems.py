"""Problems of packages, and the Blenders that refuse them, as JSON in the state of a mirror, and back.

The folder of a mirror may come from elsewhere, so everything that is read is checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from extery.core.codes import find
from extery.core.errors import Problem, Value
from extery.rules.blender_verdicts import Refusal

#: Problems by the file name of their package.
PackageProblems = dict[str, list[Problem]]
#: The Blenders that refuse a package, by its file name.
PackageRefusals = dict[str, tuple[Refusal, ...]]


def dump_problems(packages: Mapping[str, Iterable[Problem]]) -> dict[str, list[dict[str, Any]]]:
    """Return problems as JSON, sorted by package."""
    return {name: [problem.as_dict() for problem in packages[name]] for name in sorted(packages)}


def load_problems(packages: Mapping[str, Iterable[Mapping[str, Any]]]) -> PackageProblems:
    """Return the problems that `dump_problems` returned as JSON.

    Raises one of `ValueError`, `KeyError`, `TypeError` and `AttributeError` for anything else.
    """
    loaded = {name: [_load(item) for item in items] for name, items in packages.items()}
    return {name: problems for name, problems in loaded.items() if problems}


def load_refusals(packages: Mapping[str, Iterable[Sequence[Any]]]) -> PackageRefusals:
    """Return the refusals of packages that were stored as JSON; raises what `load_problems` raises."""
    return {name: tuple(_refusal(*fields) for fields in own) for name, own in packages.items()}


def _refusal(
    series: Iterable[object], codes: Iterable[object], message: object, more: object
) -> Refusal:
    texts = [_as_text(item) for item in series]
    if type(more) is not int:
        raise TypeError("not an integer")
    return Refusal(tuple(texts), tuple(map(_as_text, codes)), _as_text(message), more)


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    value.encode()  # raises UnicodeEncodeError for unpaired surrogates
    return value


def _load(item: Mapping[str, Any]) -> Problem:
    problem = Problem.from_dict(item)
    find(problem.code)  # raises KeyError for an unknown code
    if problem.severity not in ("error", "warning"):
        raise ValueError("unknown severity")
    for text in _texts(problem):
        _as_text(text)
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
