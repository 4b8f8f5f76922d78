"""Issue: a problem code with its values, before the member and the place of the problem are known."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from extery.core.errors import Problem, ProblemList, Value, Where

_NO_VALUES: Mapping[str, Value] = MappingProxyType({})


class Issue(NamedTuple):
    """A reason to refuse something, as `extery.core.codes` describes it."""

    code: str
    variant: str = ""
    values: Mapping[str, Value] = _NO_VALUES

    def to_problem(self, *, where: Where, **subject: Value) -> Problem:
        """Return the problem at ``where``; ``subject`` are the values that name what has the issue."""
        values: dict[str, Any] = {**subject, **self.values}
        return Problem.of(self.code, where=where, variant=self.variant, **values)

    def add_to(self, problems: ProblemList, *, where: Where, **subject: Value) -> None:
        """Add the problem that `to_problem` returns."""
        problems.extend([self.to_problem(where=where, **subject)])
