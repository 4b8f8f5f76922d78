"""Expected differences between the commits that are compared, by the change that intended them.

A step is a change that was compared as a whole, with its rows in a module of its own. A row that matches no
difference fails the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.compare import issue_7, issue_8, issue_9
from tests.compare.rows import Expected


class Step(NamedTuple):
    """The intended differences of one change."""

    since: str
    """The commit that the change was compared with, its last one before."""
    rows: tuple[Expected, ...]


def rows_between(
    before: str, after: str, *, is_ancestor: Callable[[str, str], bool]
) -> list[Expected]:
    """The rows of all steps that begin between two commits, those of the newest step first."""
    steps = [
        step
        for step in STEPS
        if is_ancestor(before, step.since) and not is_ancestor(after, step.since)
    ]
    return [row for step in reversed(steps) for row in step.rows]


#: The oldest first.
STEPS = (
    Step("390f2e3", issue_7.ROWS),
    Step("9d8f19c", issue_8.ROWS),
    Step("5f232ee", issue_9.ROWS),
)
