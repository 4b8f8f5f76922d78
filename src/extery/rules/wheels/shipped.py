"""No wheel has a library that every Blender of the range ships."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from extery.core.versions import BlenderSeries
    from extery.rules.bundled_wheels import BundledWheel


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add a problem for each such library."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.core.blender_pythons import python_ranges, series_of  # most have no wheels
    from extery.core.shipped_libraries import is_shipped, shipped_versions
    from extery.rules.bundled_wheels import bundled_wheels, join_names, range_of

    range_ = range_of(context)
    if range_ is None:
        return
    by_library: dict[str, list[BundledWheel]] = {}
    for wheel in bundled_wheels(context):
        if wheel.position is not None and shipped_versions(wheel.name.library):
            by_library.setdefault(wheel.name.library, []).append(wheel)
    ranges = python_ranges(range_)
    for library, wheels in by_library.items():
        used = [p for p in ranges if any(wheel.name.runs_in(p) for wheel in wheels)]
        series = [item for python in used or ranges for item in series_of(ranges[python])]
        if not series or not all(is_shipped(library, item) for item in series):
            continue
        shipped = {s: v for s, v in shipped_versions(library).items() if s in series}
        problems.add(
            "wheel.shipped",
            where=context.locate(("wheels", wheels[0].position or 0)),
            variant="" if shipped else "unknown",
            library=library,
            version=join_names(list(dict.fromkeys(wheel.name.version for wheel in wheels))),
            shipped=_shipped_text(shipped),
        )


RULE = Rule(
    "wheels.shipped",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.shipped",),
    severity="warning",
    guideline="manual-wheels",
)


def _shipped_text(shipped: Mapping[BlenderSeries, str]) -> str:
    """Return ``1.24.3 (Blender 4.2), 1.26.4 (Blender 4.5, 5.0)``."""
    from extery.core.versions import format_series

    parts = []
    for version, group in groupby(shipped.items(), key=lambda item: item[1]):
        parts.append(f"{version} (Blender {', '.join(format_series(item) for item, _ in group)})")
    return ", ".join(parts)
