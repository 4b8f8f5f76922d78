"""The difference of two texts, line by line, in bounded time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

#: The product of the numbers of different lines up to which lines are aligned: the time of the
#: alignment grows with it, and a hostile text makes it grow faster.
MAX_ALIGNED = 1_000_000

Mark = Literal[" ", "-", "+"]


class Line(NamedTuple):
    """A line of a difference; a number is 0 where the text does not have the line."""

    mark: Mark
    old: int
    new: int
    text: str


def compare_lines(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Return all lines of both texts in order: unchanged, removed and added ones.

    Texts that differ in very many lines are not aligned: then all old lines are removed.
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    lines = [Line(" ", i + 1, i + 1, old[i]) for i in range(start)]
    lines += _middle(middle_old, middle_new, start)
    first_old, first_new = len(old) - end, len(new) - end
    lines += [
        Line(" ", first_old + i + 1, first_new + i + 1, old[first_old + i]) for i in range(end)
    ]
    return lines


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the number of equal lines at the start."""
    for index, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            return index
    return min(len(old), len(new))


def _middle(old: Sequence[str], new: Sequence[str], start: int) -> Iterator[Line]:
    if len(old) * len(new) > MAX_ALIGNED:
        codes = [("replace", 0, len(old), 0, len(new))]
    else:
        codes = list(SequenceMatcher(None, old, new, autojunk=True).get_opcodes())
    for tag, old_from, old_to, new_from, new_to in codes:
        if tag == "equal":
            for index in range(old_to - old_from):
                one, other = start + old_from + index + 1, start + new_from + index + 1
                yield Line(" ", one, other, old[old_from + index])
            continue
        for index in range(old_from, old_to):
            yield Line("-", start + index + 1, 0, old[index])
        for index in range(new_from, new_to):
            yield Line("+", 0, start + index + 1, new[index])
