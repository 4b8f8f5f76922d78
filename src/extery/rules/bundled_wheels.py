"""The wheels of an add-on, and which Pythons and platforms they serve: shared by the rules about wheels.

What Blender does with a wheel: it goes by the name of the file. Of the platform tag it compares system and machine, of the
Python tag the number; it does not look at the ABI tag, except for ``abi3``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extery.core.blender_pythons import python_ranges
from extery.core.compatibility import BlenderRange
from extery.core.name_sets import NameSet
from extery.core.platforms import DROPPED_IN, OFFICIAL
from extery.core.types import ADD_ON
from extery.core.wheel_names import WheelName
from extery.rules.context import RuleContext

#: Wheels that are looked at; the largest public add-on has 120.
MAX_WHEELS = 2_000
#: Names that a message has at most.
MAX_NAMES = 4


class BundledWheel(NamedTuple):
    """A wheel with its path, and its position in the manifest; ``None`` if the manifest does not list it."""

    path: str
    name: WheelName
    position: int | None


def bundled_wheels(context: RuleContext) -> list[BundledWheel]:
    """Return the wheels that an add-on lists, and those that are packed without being listed.

    Wheels with invalid names are left out: other rules report them.
    """
    if context.type != ADD_ON.name:
        return []
    paths: dict[str, tuple[str, int | None]] = {}
    for index, wheel in context.wheels():
        paths.setdefault(posixpath.normpath(wheel.lstrip("/")), (wheel, index))
    for name in unlisted_wheels(context):
        paths.setdefault(name, (name, None))
    found = []
    for path, position in list(paths.values())[:MAX_WHEELS]:
        try:
            found.append(BundledWheel(path, WheelName.parse(path), position))
        except ValueError:
            continue
    return found


def unlisted_wheels(context: RuleContext) -> list[str]:
    """Return the packed wheels that the manifest does not list.

    Those that it lists in another folder or spelling are left out, and so are names with backslashes: other rules report them.
    """
    paths = {posixpath.normpath(wheel.lstrip("/")) for _, wheel in context.wheels()}
    names = {path.rpartition("/")[2].casefold() for path in paths}
    return [
        name
        for name in context.names
        if name.lower().endswith(".whl")
        and name.rpartition("/")[2].casefold() not in names
        and "\\" not in name
    ]


def range_of(context: RuleContext) -> BlenderRange | None:
    """Return the Blenders of the manifest; ``None`` if its versions are invalid."""
    table = context.table or {}
    try:
        range_ = BlenderRange.parse(
            table["blender_version_min"], table.get("blender_version_max") or None
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # reported by the rules of the manifest
    return None if range_.is_empty else range_


def listed_platforms(context: RuleContext) -> tuple[str, ...]:
    """Return the platforms of the manifest, empty if it lists none; an item that is no text is empty."""
    listed = (context.table or {}).get("platforms")
    if not isinstance(listed, list | tuple):
        return ()
    return tuple(item if isinstance(item, str) else "" for item in listed)


def unfit_reason(wheel: WheelName, pythons: Iterable[str]) -> str:
    """Return why no official Blender with one of ``pythons`` can use a wheel; empty if one can.

    The reasons are variants of ``wheel.unfit``. Wheels without any platform have none: `extery.manifest.lint_wheels`
    reports them.
    """
    abis, tags = wheel.abi_tag.lower().split("."), wheel.python_tag.lower().split(".")
    platforms = wheel.platform_tag.lower().split(".")
    if not any(tag.startswith(("cp", "py")) for tag in tags):
        return "implementation"
    if all(_is_cpython_with(abi, "d") for abi in abis):
        return "debug"
    if all(_is_cpython_with(abi, "t") for abi in abis):
        return "free-threaded"
    if all(platform.startswith("musllinux") for platform in platforms):
        return "musllinux"
    fits = wheel.platforms
    if not fits.is_empty and not fits.overlaps(NameSet(frozenset(OFFICIAL))):
        return "platform"
    return "" if any(wheel.runs_in(python) for python in pythons) else "python"


def _is_cpython_with(abi: str, flag: str) -> bool:
    """Return whether an ABI tag is that of CPython with a flag: ``cp313t``, ``cp311d`` or ``cp313td``."""
    return abi.startswith("cp") and flag in abi[2:].lstrip("0123456789")


def pythons_on(platform: str, range_: BlenderRange) -> dict[str, BlenderRange]:
    """Return the Pythons of the Blenders in a range on a platform that is no longer supported by all."""
    if series := DROPPED_IN.get(platform):
        range_ = range_.intersect(BlenderRange((0, 0, 0), (*series, 0)))
    return {} if range_.is_empty else python_ranges(range_)


def join_names(names: Sequence[str], *, most: int = MAX_NAMES) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``, or ``a, b, c, d and 3 more``."""
    shown = list(names[:most])
    if more := len(names) - len(shown):
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
