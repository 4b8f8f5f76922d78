"""Ranges of Blender by the Python in them, and the names of such ranges in messages."""

from __future__ import annotations

from extery.core.compatibility import BlenderRange
from extery.core.versions import (
    BLENDER_SERIES,
    PYTHON_SINCE,
    BlenderSeries,
    format_series,
    short_blender_version,
)

_FIRST = (*BLENDER_SERIES[0], 0)


def python_ranges(range_: BlenderRange) -> dict[str, BlenderRange]:
    """Return the Pythons of the Blenders in a range, oldest first, each with its part of the range.

    Blenders before the first with extensions are left out.
    """
    starts = [(*series, 0) for series in PYTHON_SINCE]
    ends = [*starts[1:], None]
    found = {}
    for python, start, end in zip(PYTHON_SINCE.values(), starts, ends, strict=True):
        part = range_.intersect(BlenderRange(max(start, _FIRST), end))
        if not part.is_empty:
            found[python] = part
    return found


def series_of(range_: BlenderRange) -> list[BlenderSeries]:
    """Return the known series of which a Blender is in the range, oldest first."""
    return [
        series
        for series in BLENDER_SERIES
        if range_.overlaps(BlenderRange.of_series(format_series(series)))
    ]


def name_range(range_: BlenderRange) -> str:
    """Return ``Blender 5.1 and newer``, ``Blender 4.2 to 5.0`` or ``Blender 4.5``."""
    series = [format_series(item) for item in series_of(range_)]
    first = short_blender_version(range_.minimum)
    if range_.maximum is None:
        return f"Blender {first} and newer"
    if not series:
        return f"Blender {first}"
    return f"Blender {first} to {series[-1]}" if len(series) > 1 else f"Blender {series[0]}"
