"""No wheel needs a newer system than Blender does, unless there is another one for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.compatibility import BlenderRange
    from extery.core.system_requirements import NeededSystem
    from extery.rules.bundled_wheels import BundledWheel


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for the wheels that need the same."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.rules.bundled_wheels import bundled_wheels, join_names, range_of

    range_ = range_of(context)
    if range_ is None:
        return
    wheels = [wheel for wheel in bundled_wheels(context) if wheel.position is not None]
    groups: dict[tuple[NeededSystem, NeededSystem], list[BundledWheel]] = {}
    for wheel in wheels:
        for needed, has in _newer(wheel, range_):
            others = (one for one in wheels if one is not wheel and _is_alternative(one, wheel))
            if not any(_needs_less(one, needed) for one in others):
                groups.setdefault((needed, has), []).append(wheel)
    for (needed, has), found in sorted(groups.items()):
        libraries = list(dict.fromkeys(wheel.name.library for wheel in found))
        problems.add(
            "wheel.newer-system",
            where=context.locate(("wheels", found[0].position or 0)),
            variant="several" if len(libraries) > 1 else "",
            library=join_names(libraries),
            needed=str(needed),
            has=str(has),
            file=found[0].path.rpartition("/")[2],
        )


RULE = Rule(
    "wheels.newer-system",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.newer-system",),
    severity="warning",
    guideline="manual-wheels",
)


def _newer(
    wheel: BundledWheel, range_: BlenderRange
) -> Iterator[tuple[NeededSystem, NeededSystem]]:
    """Yield what the wheel needs and what its oldest Blender needs, if that is less."""
    from extery.core.blender_pythons import python_ranges
    from extery.core.shipped_libraries import is_shipped_in
    from extery.core.system_requirements import needed_system, system_of_blender

    needed = needed_system(wheel.name.platform_tag)
    if needed is None or is_shipped_in(wheel.name.library, range_):
        return
    for python, blenders in python_ranges(range_).items():
        if wheel.name.runs_in(python):
            has = system_of_blender(needed.name, blenders)
            if needed.version > has.version:
                yield needed, has
            return


def _is_alternative(one: BundledWheel, wheel: BundledWheel) -> bool:
    return (
        one.name.library == wheel.name.library
        and one.name.python_tag == wheel.name.python_tag
        and one.name.platforms.overlaps(wheel.name.platforms)
    )


def _needs_less(one: BundledWheel, needed: NeededSystem) -> bool:
    from extery.core.system_requirements import needed_system

    other = needed_system(one.name.platform_tag)
    return other is None or other < needed
