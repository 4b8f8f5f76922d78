"""A library has one version for each Python and platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import ProblemList
from extery.core.platforms import OFFICIAL
from extery.rules.context import RuleContext
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.rules.bundled_wheels import BundledWheel


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add a problem for each library with several."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.core.blender_pythons import python_ranges  # most packages have no wheels
    from extery.rules.bundled_wheels import bundled_wheels, join_names, range_of, unfit_reason

    range_ = range_of(context)
    pythons = list(python_ranges(range_)) if range_ else []
    by_library: dict[str, list[BundledWheel]] = {}
    for wheel in bundled_wheels(context):
        if wheel.position is not None and not unfit_reason(wheel.name, pythons):
            by_library.setdefault(wheel.name.library, []).append(wheel)
    for library, wheels in by_library.items():
        if len({wheel.name.version for wheel in wheels}) < 2:
            continue
        for python in pythons:
            if versions := _versions_together(wheels, python):
                problems.add(
                    "wheel.several-versions",
                    where=context.locate(("wheels", versions[-1].position or 0)),
                    library=library,
                    versions=join_names([wheel.name.version for wheel in versions]),
                    python=python,
                )
                break


RULE = Rule(
    "wheels.versions",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.several-versions",),
    severity="warning",
    guideline="manual-wheels",
)


def _versions_together(wheels: list[BundledWheel], python: str) -> list[BundledWheel]:
    """Return a wheel of each version for a Python on a platform that has several; empty if none has."""
    fit = [wheel for wheel in wheels if wheel.name.runs_in(python)]
    for platform in (*OFFICIAL, ""):
        first: dict[str, BundledWheel] = {}
        for wheel in fit:
            if wheel.name.platforms.has(platform):
                first.setdefault(wheel.name.version, wheel)
        if len(first) > 1:
            return list(first.values())
    return []
