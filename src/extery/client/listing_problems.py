"""Problems of the entries of a listing that were left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from extery.client.repositories import Repository
from extery.client.targets import Target
from extery.core.errors import Problem, ProblemList, Where
from extery.core.problem_limits import limit_similar
from extery.core.text import quote_value
from extery.listing.lenient import LeftOut

_CAUSE = "cause."


def left_out_problems(
    target: Target, repository: Repository, left_out: Iterable[LeftOut]
) -> ProblemList:
    """Return a warning for each entry that was left out, and one for each type that the target's Blender refuses."""
    items = list(left_out)
    invalid = (_invalid(repository, item) for item in items if item.problems)
    return limit_similar(
        [*invalid, *_types(target, repository, [item for item in items if not item.problems])]
    )


def _invalid(repository: Repository, item: LeftOut) -> Problem:
    cause = item.problems[0]
    identifier = item.item.get("id") if isinstance(item.item, dict) else item.item
    values: dict[str, Any] = {f"{_CAUSE}{name}": value for name, value in cause.values}
    return Problem.of(
        "sync.entry-left-out",
        where=Where(repository.name, cause.where.path),
        number=item.position + 1,
        id=quote_value(identifier),
        cause=cause.code,
        **values,
    )


def _types(target: Target, repository: Repository, items: list[LeftOut]) -> Iterator[Problem]:
    counts: dict[str, int] = {}
    for item in items:
        type_ = quote_value(item.item.get("type"))
        counts[type_] = counts.get(type_, 0) + 1
    for type_, count in sorted(counts.items()):
        yield Problem.of(
            "sync.type-left-out",
            where=Where(repository.name),
            type=type_,
            count=count,
            blender=str(target),
        )
