"""Limits for the number of similar problems in a report: thousands take seconds to print and hide the others."""

from __future__ import annotations

from collections.abc import Iterable

from extery.core.errors import Problem, ProblemList, Where

#: Number of problems with the same code that a report of one package, folder or manifest keeps.
MAX_SIMILAR_PROBLEMS = 100
#: The same for the result of a command, which can be about many packages.
MAX_SIMILAR_IN_RESULT = 1_000
MORE = "usage.more-problems"


def limit_similar(
    problems: Iterable[Problem], *, maximum: int = MAX_SIMILAR_PROBLEMS
) -> ProblemList:
    """Return the problems, of each code and severity at most ``maximum``, and one that counts the others."""
    kept = ProblemList()
    counts: dict[tuple[str, str], int] = {}
    dropped: dict[tuple[str, str], tuple[str, int]] = {}
    for problem in problems:
        kind = counted_code(problem), problem.severity
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= maximum and problem.code != MORE:
            kept.append(problem)
        else:
            file, number = dropped.get(kind, (problem.where.file, 0))
            dropped[kind] = file, number + _number(problem)
    for (code, severity), (file, number) in dropped.items():
        rest = Problem.of(MORE, where=Where(file), count=number, code=code)
        kept.append(rest._replace(severity="error" if severity == "error" else "warning"))
    return kept


def counted_code(problem: Problem) -> str:
    """Return the code of a problem; of one that counts others, their code."""
    return str(dict(problem.values)["code"]) if problem.code == MORE else problem.code


def _number(problem: Problem) -> int:
    """Return the number of problems that one stands for."""
    count = dict(problem.values)["count"] if problem.code == MORE else 1
    return count if isinstance(count, int) else 1
