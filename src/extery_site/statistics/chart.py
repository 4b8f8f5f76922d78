"""The geometry of charts, which templates draw as SVG without scripts: stacked areas of days, and small lines.

The coordinates are those of a box of 100 by 100; axes and names are texts beside it, so that they keep their size on phones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

#: Layers with a name of their own; the others are one, so that colours can be told apart.
MAX_LAYERS = 5
_TICKS = 4


@dataclass(frozen=True)
class Layer:
    """One group of the downloads, from the bottom up; ``index`` is that of its colour, from 1."""

    label: str
    index: int
    path: str
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True)
class Mark:
    """A release on a day of the chart."""

    x: float
    day: date
    label: str


@dataclass(frozen=True)
class Chart:
    """Stacked areas: the layers from the bottom up, with axes."""

    days: tuple[date, ...]
    layers: tuple[Layer, ...]
    ticks: tuple[int, ...]
    """The numbers beside the lines, from the top down to 0."""
    dates: tuple[date, ...]
    """The days below the chart, at equal distances."""
    marks: tuple[Mark, ...]

    @property
    def total(self) -> int:
        return sum(layer.total for layer in self.layers)

    @property
    def names(self) -> list[Layer]:
        """The layers with downloads, from the top down, as they are named beside the chart."""
        return [layer for layer in reversed(self.layers) if layer.total]

    @property
    def rows(self) -> list[tuple[date, list[int], int]]:
        """The table of the same numbers, the newest day first: day, number of each of `names`, all."""
        names = self.names
        found = [(day, [layer.numbers[at] for layer in names]) for at, day in enumerate(self.days)]
        return [(day, numbers, sum(numbers)) for day, numbers in reversed(found)]


def stacked(
    numbers: Mapping[tuple[date, str], int],
    days: Sequence[date],
    *,
    order: Callable[[str], object],
    label: Callable[[str], str],
    marks: Sequence[tuple[date, str]] = (),
) -> Chart:
    """Return the chart of numbers by day and group.

    ``order`` sorts groups from the bottom up. The smallest ones beyond `MAX_LAYERS` are one layer, at the bottom.
    """
    totals: Counter[str] = Counter()
    for (_, group), number in numbers.items():
        totals[group] += number
    kept = MAX_LAYERS if len(totals) <= MAX_LAYERS else MAX_LAYERS - 1
    shown = sorted((group for group, _ in totals.most_common(kept)), key=order)  # type: ignore[arg-type]
    rows = [(label(group), [numbers.get((day, group), 0) for day in days]) for group in shown]
    if rest := totals.keys() - set(shown):
        others = [sum(numbers.get((day, group), 0) for group in rest) for day in days]
        rows.insert(0, ("Others", others))
    top = _rounded_up(
        max((sum(column) for column in zip(*(n for _, n in rows), strict=True)), default=0)
    )
    return Chart(
        days=tuple(days),
        layers=tuple(_layers(rows, top)),
        ticks=tuple(top * step // _TICKS for step in range(_TICKS, -1, -1)),
        dates=tuple(days[round(at * (len(days) - 1) / 4)] for at in range(5)),
        marks=tuple(
            Mark(_x(days.index(day), len(days)), day, text) for day, text in marks if day in days
        ),
    )


def line(numbers: Sequence[int]) -> str:
    """Return the path of a small line with the area below it."""
    top = max(1, *numbers) if numbers else 1
    return _area([0.0] * len(numbers), [number / top * 90 for number in numbers])


def _layers(rows: Sequence[tuple[str, Sequence[int]]], top: int) -> list[Layer]:
    layers = []
    below = [0.0] * (len(rows[0][1]) if rows else 0)
    for at, (name, numbers) in enumerate(rows):
        above = [low + number * 100 / top for low, number in zip(below, numbers, strict=True)]
        layers.append(
            Layer(name, MAX_LAYERS - len(rows) + at + 1, _area(below, above), tuple(numbers))
        )
        below = above
    return layers


def _area(below: Sequence[float], above: Sequence[float]) -> str:
    """Return the path of the area between two lines of heights from the bottom."""
    count = len(above)
    there = [f"{_x(at, count):g} {100 - height:.4g}" for at, height in enumerate(above)]
    back = [f"{_x(at, count):g} {100 - below[at]:.4g}" for at in reversed(range(count))]
    return f"M{'L'.join([*there, *back])}Z" if count else ""


def _x(at: int, count: int) -> float:
    return round(at * 100 / max(1, count - 1), 2)


def _rounded_up(number: int) -> int:
    """Return the least of 4, 8, 12, 16, 20, 24, 32, 40, 80 … that is not less: its quarters are whole numbers."""
    unit = 1
    while True:
        for factor in (4, 8, 12, 16, 20, 24, 32):
            if number <= factor * unit:
                return factor * unit
        unit *= 10
