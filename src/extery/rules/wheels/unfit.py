"""Every listed wheel can be used by some official Blender of the range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.rule import EVERYWHERE, Input, Rule

if TYPE_CHECKING:
    from extery.core.errors import Where
    from extery.rules.bundled_wheels import BundledWheel


def check(context: RuleContext, problems: ProblemList) -> None:
    """Add one problem for all wheels that are useless for the same reason."""
    if not (context.table or {}).get("wheels"):
        return
    from extery.core.blender_pythons import name_range, python_ranges  # most have no wheels
    from extery.core.name_sets import NameSet
    from extery.core.shipped_libraries import is_shipped_in
    from extery.rules.bundled_wheels import (
        bundled_wheels,
        listed_platforms,
        range_of,
        unfit_reason,
    )

    range_ = range_of(context)
    pythons = list(python_ranges(range_)) if range_ else []
    platforms = listed_platforms(context)
    listed = NameSet(frozenset(platforms))
    groups: dict[tuple[str, str], list[BundledWheel]] = {}
    for wheel in bundled_wheels(context):
        fits = wheel.name.platforms
        is_reported = fits.is_empty or (platforms and not fits.overlaps(listed))
        if wheel.position is None or is_reported:
            continue
        if range_ and is_shipped_in(wheel.name.library, range_):
            continue  # no wheel of it is needed: wheels.shipped reports it
        if pythons and (reason := unfit_reason(wheel.name, pythons)):
            groups.setdefault((reason, _detail(wheel, reason)), []).append(wheel)
    for (reason, detail), wheels in groups.items():
        problems.add(
            "wheel.unfit",
            where=_where(context, reason, wheels[0], platforms),
            variant=f"{reason}-several" if len(wheels) > 1 else reason,
            file=wheels[0].path.rpartition("/")[2],
            more=len(wheels) - 1,
            detail=detail,
            libraries=" ".join(dict.fromkeys(wheel.name.library for wheel in wheels[:4])),
            blenders=name_range(range_) if range_ else "",
            pythons=" or ".join(pythons),
        )


RULE = Rule(
    "wheels.unfit",
    check,
    scopes=EVERYWHERE,
    input=Input.MANIFEST,
    codes=("wheel.unfit",),
    severity="warning",
    guideline="manual-wheels",
)


def _detail(wheel: BundledWheel, reason: str) -> str:
    """Return what the wheel is for."""
    if reason == "python":
        return ", ".join(wheel.name.pythons)
    if reason == "platform":
        return ", ".join(sorted(wheel.name.platforms.names))
    if reason == "musllinux":
        return ""  # one cause for all Pythons
    return wheel.name.abi_tag if reason in ("debug", "free-threaded") else wheel.name.python_tag


def _where(
    context: RuleContext, reason: str, wheel: BundledWheel, platforms: tuple[str, ...]
) -> Where:
    """Return the place of the platform, if the manifest lists it, or of the wheel."""
    if reason == "platform":
        for index, item in enumerate(platforms):
            if item in wheel.name.platforms.names:
                return context.locate(("platforms", index))
    return context.locate(("wheels", wheel.position or 0))
