"""Partition the systems among the entries of each id, so that no system fits two of them.

Blender installs the first compatible entry of an id and shows the last, so of several versions in a
listing every system must fit exactly one. Each system gets the newest version that it can install; the
audiences of older entries are narrowed to the other systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core import platforms
from extery.core.compatibility import Audience, BlenderRange, merge_ranges
from extery.core.system_classes import SystemClasses
from extery.core.versions import Version
from extery.listing.audience import audience_of, python_minor_versions, with_audience
from extery.listing.entries import Entry

#: The Python versions of Blenders with extensions, with room for those to come.
PYTHONS = tuple(f"3.{minor}" for minor in range(10, 20))
#: Entries of one id times classes of systems. A thousand versions for seven platforms, each with wheels for four
#: Pythons, make 40,000. Of an id that exceeds the limit only the newest entry is listed.
MAX_PARTITION_STEPS = 1_000_000
#: Stands for every platform or Python without a name in the listing.
OTHER = "*"

_NUMBER = re.compile(r"[0-9]{1,4}")

#: A platform and a Python, each the first of its class.
_SystemClass = tuple[str, str]
#: The classes of systems to which an entry is still offered, by Blender range.
_Pieces = dict[BlenderRange, set[_SystemClass]]


@dataclass(frozen=True)
class Partition:
    """The entries of a listing in which each system fits at most one entry of each id.

    ``lost`` are the entries that a platform or Python that the listing does not name can no longer install: an
    entry can only name platforms, not "every platform but this one".
    """

    entries: list[Entry]
    lost: list[Entry]


def partition(entries: Iterable[Entry], *, more_platforms: Iterable[str] = ()) -> Partition:
    """Narrow ``entries`` so that every system fits only its newest compatible version of each id.

    Systems on Blender's own platforms, on ``more_platforms`` and on the platforms of the entries lose nothing.
    The result is sorted by id, then by version, newest first. Of two entries with the same id and
    version that fit the same system, the one with the lower archive URL is offered to it.
    """
    by_id: dict[str, list[Entry]] = {}
    for item in entries:
        by_id.setdefault(item["id"], []).append(item)
    platform_names = {*platforms.KNOWN, *more_platforms}
    result = Partition([], [])
    for identifier in sorted(by_id):
        group = by_id[identifier]
        if len(group) == 1:
            result.entries.extend(group)
            continue
        group.sort(key=lambda item: str(item["archive_url"]))
        group.sort(key=lambda item: Version.parse(item["version"]), reverse=True)
        for item, is_lost, narrowed in _divide(group, platform_names):
            result.entries.extend(narrowed)
            if is_lost:
                result.lost.append(item)
    return result


def _divide(
    group: Sequence[Entry], platform_names: set[str]
) -> Iterator[tuple[Entry, bool, list[Entry]]]:
    """Yield each entry of an id, whether it is lost for some systems, and what replaces it."""
    audiences = [audience_of(item) for item in group]
    pythons = {*PYTHONS, *python_minor_versions(group), OTHER}
    classes = SystemClasses(audiences, platforms={*platform_names, OTHER}, pythons=pythons)
    if len(group) * len(classes) > MAX_PARTITION_STEPS:
        yield group[0], False, [group[0]]
        yield from ((item, True, []) for item in group[1:])
        return
    #: Blender ranges for which a system already gets a newer version.
    assigned: dict[_SystemClass, list[BlenderRange]] = {}
    for item, audience in zip(group, audiences, strict=True):
        pieces: _Pieces = {}
        is_unchanged = True
        for system in sorted(_classes_of(audience, classes)):
            earlier = assigned.setdefault(system, [])
            ranges = audience.blender.subtract(earlier)
            is_unchanged = is_unchanged and ranges == [audience.blender]
            for blender in ranges:
                pieces.setdefault(blender, set()).add(system)
            assigned[system] = merge_ranges([*earlier, audience.blender])
        if is_unchanged:
            yield item, False, [item]
        else:
            narrowed, is_lost = _narrow(item, audience, pieces, classes)
            yield item, is_lost, narrowed


def _classes_of(audience: Audience, classes: SystemClasses) -> set[_SystemClass]:
    """Return the classes of systems in an audience, whatever their Blender."""
    pythons = [python for python in classes.pythons if audience.pythons.has(python)]
    return {
        (platform, python)
        for platform in classes.platforms
        if audience.platforms.has(platform)
        for python in pythons
    }


def _narrow(
    item: Entry, audience: Audience, pieces: _Pieces, classes: SystemClasses
) -> tuple[list[Entry], bool]:
    """Return the entries for the systems in ``pieces``, and whether a system without a name is lost."""
    own_pythons = {
        python
        for first, names in classes.pythons.items()
        if audience.pythons.has(first)
        for python in names
    }
    every_platform = sum(map(len, classes.platforms.values()))
    every_python = sum(map(len, classes.pythons.values()))
    entries: list[Entry] = []
    is_lost = False
    for blender in sorted(pieces, key=lambda piece: piece.minimum):
        for names, pythons in _products(pieces[blender], classes):
            listed_platforms = listed_pythons = None
            if len(names) < every_platform:
                is_lost = is_lost or OTHER in names
                listed_platforms = [name for name in names if name != OTHER]
            if len(pythons) < every_python and own_pythons != set(pythons):
                is_lost = is_lost or OTHER in pythons
                listed_pythons = sorted((p for p in pythons if p != OTHER), key=_python_key)
            if [] not in (listed_platforms, listed_pythons):
                entries.append(
                    with_audience(
                        item, blender=blender, platforms=listed_platforms, pythons=listed_pythons
                    )
                )
    return entries, is_lost


def _products(
    systems: set[_SystemClass], classes: SystemClasses
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the systems as products of platforms and Pythons that do not overlap, with all names."""
    pythons_of: dict[str, list[str]] = {}
    for platform, python in sorted(systems):
        pythons_of.setdefault(platform, []).append(python)
    platforms_of: dict[tuple[str, ...], list[str]] = {}
    for platform, pythons in pythons_of.items():
        platforms_of.setdefault(tuple(pythons), []).append(platform)
    return sorted(
        (_names(firsts, classes.platforms), _names(pythons, classes.pythons))
        for pythons, firsts in platforms_of.items()
    )


def _names(firsts: Iterable[str], classes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return all names of some classes, sorted; ``firsts`` are the first names of the classes."""
    return tuple(sorted(name for first in firsts for name in classes[first]))


def _python_key(python: str) -> tuple[list[int], str]:
    """Return a sort key: ``3.9`` before ``3.11``, and any other text."""
    parts = python.split(".")
    return [int(part) if _NUMBER.fullmatch(part) else 0 for part in parts], python
