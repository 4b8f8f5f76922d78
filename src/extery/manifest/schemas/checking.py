"""What the checks of every schema version share: the context of a field, and a limit of problems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple, TypeVar

from extery.core.errors import ProblemList, Where
from extery.core.types import PERMISSIONS

#: Problems of one list or table after which its other items are skipped: thousands of lines are
#: of no use, and take as many seconds.
MAX_SIMILAR_PROBLEMS = 100

T = TypeVar("T")
Locate = Callable[[tuple[str | int, ...]], Where]


class FieldContext(NamedTuple):
    """The field that is checked, and where its problems go."""

    field: str
    problems: ProblemList
    locate: Locate
    strict: bool
    #: The permissions that the type of the extension may ask for.
    permissions: Collection[str] = PERMISSIONS

    def add(self, kind: str, message: str, hint: str = "", *steps: str | int) -> None:
        path = (self.field, *steps)
        self.problems.add(
            f"manifest.{self.field}.{kind}", message, hint=hint, where=self.locate(path)
        )


def limit_problems(items: Iterable[T], problems: ProblemList) -> Iterator[T]:
    """Yield items until `MAX_SIMILAR_PROBLEMS` problems have been added to ``problems``."""
    found = len(problems)
    for item in items:
        if len(problems) - found >= MAX_SIMILAR_PROBLEMS:
            return
        yield item
