"""Which Blender gets which version: the newest one that its system can install, or a number of the newest.

This module decides which version a system gets; whether a system can install a version is decided in
`extery.core.compatibility`. `extery.listing.partition` lists a folder so that every Blender makes the same choice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from extery.core.compatibility import System
from extery.core.versions import Version
from extery.listing.audience import audience_of
from extery.listing.entries import Entry

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


def select(entries: Iterable[Entry], system: System = System()) -> list[Entry]:
    """Return the entries of the newest version of each id that ``system`` can install.

    They are sorted by id and archive URL. A partitioned listing has at most one of them for each id if all
    properties of the system are known; without a platform, all packages of a version are returned.
    """
    by_id: dict[str, dict[Version, list[Entry]]] = {}
    for item in entries:
        versions = by_id.setdefault(item["id"], {})
        versions.setdefault(Version.parse(item["version"]), []).append(item)

    def fits(item: Entry) -> bool:
        return audience_of(item).fits(system)

    chosen = [
        item
        for versions in by_id.values()
        for item in newest_fitting((versions[key] for key in sorted(versions, reverse=True)), fits)
    ]
    return sorted(chosen, key=lambda item: (item["id"], item["archive_url"]))
