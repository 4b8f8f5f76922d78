"""Issue: a problem code with its values, before the file and the location of the problem are known.

The caller, who knows both, makes an `extery.core.errors.Problem` of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from extery.core.errors import Problem, ProblemList, Value, Where

_NO_VALUES: Mapping[str, Value] = MappingProxyType({})


class Issue(NamedTuple):
    """A problem without its location: a code of `extery.core.codes`, a variant, and values."""

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
