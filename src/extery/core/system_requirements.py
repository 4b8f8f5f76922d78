"""The systems that Blender needs, and those that the platform tag of a wheel needs: the C library of Linux, and macOS.

Blender does not compare them: it unpacks a wheel for any version of the system, and the import fails on an older one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extery.core.compatibility import BlenderRange
from extery.core.versions import BlenderSeries

#: The C library that Blender needs on Linux. Source: the symbols and the tags (``manylinux_2_28``) of the `bpy` wheels of
#: Blender 4.2 to 5.3.
GLIBC = (2, 28)
#: The macOS that Blender needs since a series, oldest first. Source: the tags of the `bpy` wheels of Blender 4.2 to 5.3.
MACOS: dict[BlenderSeries, tuple[int, int]] = {(4, 2): (11, 0), (5, 3): (13, 0)}
#: Old names of tags -> the C library.
LEGACY_TAGS = {"manylinux2014": (2, 17), "manylinux2010": (2, 12), "manylinux1": (2, 5)}

_LINUX = re.compile(r"manylinux_(\d{1,3})_(\d{1,3})_")
_MACOS = re.compile(r"macosx_(\d{1,3})_(\d{1,3})_")


class NeededSystem(NamedTuple):
    """The oldest version of a system: of ``glibc`` or ``macOS``."""

    name: str
    version: tuple[int, int]

    def __str__(self) -> str:
        major, minor = self.version
        return (
            f"{self.name} {major}.{minor}"
            if minor or self.name == "glibc"
            else f"{self.name} {major}"
        )


def needed_system(tag: str) -> NeededSystem | None:
    """Return what a platform tag needs, ``None`` if it does not say so; of several tags, what the oldest one needs.

    >>> str(needed_system("manylinux_2_17_x86_64.manylinux2014_x86_64"))
    'glibc 2.17'
    """
    found = [_needed_by(one) for one in tag.lower().split(".")]
    known = [one for one in found if one is not None]
    return min(known) if known and len(known) == len(found) else None


def _needed_by(tag: str) -> NeededSystem | None:
    for name, pattern in (("glibc", _LINUX), ("macOS", _MACOS)):
        if match := pattern.match(tag):
            return NeededSystem(name, (int(match[1]), int(match[2])))
    legacy = LEGACY_TAGS.get(tag.partition("_")[0])
    return NeededSystem("glibc", legacy) if legacy else None


def system_of_blender(name: str, range_: BlenderRange) -> NeededSystem:
    """Return the oldest version of a system on which some Blender of a range runs."""
    if name == "glibc":
        return NeededSystem(name, GLIBC)
    versions = [
        version
        for series, version in MACOS.items()
        if range_.minimum >= (*series, 0) or series == min(MACOS)
    ]
    return NeededSystem(name, versions[-1])
