"""One compatible entry per id: narrow the entries of a listing until no two of them meet.

Blender installs the first compatible entry of an id and shows the last, so a listing with several
versions must never have two that fit the same system. A client compares only id and version
of an entry with the package, so an entry may promise less than its package could do: here
every system keeps the newest version that fits it, and older entries are cut to what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core import platforms
from extery.core.listing import KEYS, Entry, entry_range
from extery.core.versions import BlenderVersion, Version, format_blender_version

#: Every Python that a Blender with extensions has had or may get.
PYTHONS = tuple(f"3.{minor}" for minor in range(10, 20))
#: Stands for a platform or a Python that nobody has named.
OTHER = "*"

Interval = tuple[BlenderVersion, BlenderVersion | None]
#: Blender intervals -> the systems (platform, Python) that are left for an entry there.
Pieces = dict[Interval, set[tuple[str, str]]]


@dataclass(frozen=True)
class Resolved:
    """The entries of a listing in which each system finds each id once.

    ``lost`` are entries that cannot be written for systems that nobody named: a listing cannot say
    "every platform but this one", so a platform outside the known ones gets the id from a
    listing of its own.
    """

    entries: list[Entry]
    lost: list[Entry]


def resolve(entries: Iterable[Entry], *, more_platforms: Iterable[str] = ()) -> Resolved:
    """Narrow ``entries`` so that every system gets its newest compatible version of each id.

    The result is sorted by id, then from the newest version on. Of two entries with the same id and version that
    meet, the first by archive URL keeps its systems.
    """
    by_id: dict[str, list[Entry]] = {}
    for item in entries:
        by_id.setdefault(item["id"], []).append(item)
    named = set(platforms.KNOWN) | set(more_platforms)
    result = Resolved([], [])
    for identifier in sorted(by_id):
        group = by_id[identifier]
        if len(group) == 1:
            result.entries.extend(group)
            continue
        group.sort(key=lambda item: str(item["archive_url"]))
        group.sort(key=lambda item: Version.parse(item["version"]), reverse=True)
        for item, is_lost, narrowed in _resolve_id(group, named):
            result.entries.extend(narrowed)
            if is_lost:
                result.lost.append(item)
    return result


def _resolve_id(
    group: Sequence[Entry], named: set[str]
) -> Iterator[tuple[Entry, bool, list[Entry]]]:
    universe = _universe(group, named)
    taken: dict[tuple[str, str], list[Interval]] = {}
    for item in group:
        low, high = entry_range(item)
        pieces: Pieces = {}
        whole = True
        for system in sorted(_systems(item, universe)):
            before = taken.setdefault(system, [])
            left = list(_without((low, high), before))
            whole = whole and left == [(low, high)]
            for interval in left:
                pieces.setdefault(interval, set()).add(system)
            before.append((low, high))
        if whole:
            yield item, False, [item]
            continue
        narrowed, is_lost = _write(item, pieces, universe)
        yield item, is_lost, narrowed


@dataclass(frozen=True)
class _Universe:
    """The systems that the entries of one id can tell apart."""

    platforms: tuple[str, ...]
    pythons: tuple[str, ...]


def _universe(group: Sequence[Entry], named: set[str]) -> _Universe:
    listed = {platform for item in group for platform in item.get("platforms", ())}
    pythons = {python for item in group for python in item.get("python_versions", ())}
    full = {python for python in pythons if "." in python}
    return _Universe(
        (*sorted(named | listed), OTHER) if listed else (OTHER,),
        # A bare major fits all of its minors, so it alone tells no two Pythons of it apart.
        (*sorted({*PYTHONS, *full}, key=_python_key), OTHER) if pythons else (OTHER,),
    )


def _python_key(python: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in python.split(".")]


def _systems(item: Entry, universe: _Universe) -> set[tuple[str, str]]:
    """The systems that an entry is for, whatever their Blender."""
    listed = item.get("platforms") or universe.platforms
    pythons = item.get("python_versions")
    fitting = [
        python
        for python in universe.pythons
        if not pythons or python in pythons or python.partition(".")[0] in pythons
    ]
    return {(platform, python) for platform in listed for python in fitting}


def _without(interval: Interval, taken: Iterable[Interval]) -> Iterator[Interval]:
    """What is left of an interval; intervals end before their second version."""
    low, high = interval
    for start, end in sorted(taken, key=lambda pair: pair[0]):
        if end is not None and end <= low:
            continue
        if high is not None and start >= high:
            break
        if start > low:
            yield low, start
        if end is None:
            return
        low = max(low, end)
        if high is not None and low >= high:
            return
    if high is None or low < high:
        yield low, high


def _write(
    item: Entry, pieces: Mapping[Interval, set[tuple[str, str]]], universe: _Universe
) -> tuple[list[Entry], bool]:
    """The entries for what is left, and whether somebody unnamed is left out."""
    found: list[Entry] = []
    is_lost = False
    for interval in sorted(pieces, key=lambda pair: pair[0]):
        for names, pythons in _products(pieces[interval]):
            narrowed, lost = _narrowed(item, interval, names, pythons, universe)
            is_lost = is_lost or lost
            if narrowed is not None:
                found.append(narrowed)
    return found, is_lost


def _products(systems: set[tuple[str, str]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The systems as products of platforms and Pythons that do not meet."""
    pythons_of: dict[str, list[str]] = {}
    for platform, python in sorted(systems):
        pythons_of.setdefault(platform, []).append(python)
    together: dict[tuple[str, ...], list[str]] = {}
    for platform, pythons in pythons_of.items():
        together.setdefault(tuple(pythons), []).append(platform)
    return sorted((tuple(names), pythons) for pythons, names in together.items())


def _narrowed(
    item: Entry,
    interval: Interval,
    names: tuple[str, ...],
    pythons: tuple[str, ...],
    universe: _Universe,
) -> tuple[Entry | None, bool]:
    low, high = interval
    changed = dict(item)
    changed["blender_version_min"] = format_blender_version(low)
    changed["blender_version_max"] = format_blender_version(high) if high else None
    lost = False
    if len(names) < len(universe.platforms):
        lost = OTHER in names
        changed["platforms"] = [name for name in names if name != OTHER]
    if len(pythons) < len(universe.pythons) and not _is_own(item, pythons, universe):
        lost = lost or OTHER in pythons
        listed = [python for python in pythons if python != OTHER]
        changed["python_versions"] = sorted(listed, key=_python_key)
    if [] in (changed.get("platforms"), changed.get("python_versions")):
        return None, lost
    return in_order(changed), lost


def _is_own(item: Entry, pythons: tuple[str, ...], universe: _Universe) -> bool:
    """Whether these are all Pythons of the entry, so that its own words can stay."""
    mine = {python for _, python in _systems({**item, "platforms": [OTHER]}, universe)}
    return mine == set(pythons)


def in_order(changed: Entry) -> Entry:
    """The entry with its keys in Blender's order, and nothing that is None."""
    known = {key: changed[key] for key in KEYS if changed.get(key) is not None}
    return {**known, **{key: value for key, value in changed.items() if key not in KEYS}}
