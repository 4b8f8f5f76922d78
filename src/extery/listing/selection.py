"""Which Blender gets which version: the newest one that its system can install, or a number of the newest.

This module decides which version a system gets; whether a system can install a version is decided in
`extery.core.compatibility`. The website calls `newest_fitting` for each system that asks. A static listing is the same
for all: `extery.listing.partition` lists a folder so that every Blender makes the same choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from extery.core.versions import Version

T = TypeVar("T")


def newest_fitting(versions: Iterable[Sequence[T]], fits: Callable[[T], bool]) -> list[T]:
    """Return the compatible packages of the newest version that has any; an empty list if no version has.

    ``versions`` are the packages of each version of one extension, the newest version first.
    """
    for packages in versions:
        if fitting := [package for package in packages if fits(package)]:
            return fitting
    return []


def newest_versions(versions: Iterable[str], limit: int | None = None) -> set[str]:
    """Return the ``limit`` newest versions, by default all."""
    parsed = sorted(map(Version.parse, set(versions)), reverse=True)
    return {version.text for version in parsed[:limit]}
