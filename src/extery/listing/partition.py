"""One compatible entry per id: narrow the entries of a listing until no two of them meet.

Blender installs the first compatible entry of an id and shows the last, so a listing with several
versions must never have two that fit the same system. A client compares only id and version
of an entry with the package, so an entry may promise less than its package could do: here
every system keeps the newest version that fits it, and older entries are cut to what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from extery.core import platforms
from extery.core.versions import BlenderVersion, Version, format_blender_version
from extery.listing.entries import KEYS, Entry, entry_range

#: Every Python that a Blender with extensions has had or may get.
PYTHONS = tuple(f"3.{minor}" for minor in range(10, 20))
#: Entries of one id times the kinds of systems among which they are divided. A thousand versions for seven
#: platforms, each with wheels for four Pythons, need 40,000; of what needs more than this the newest is kept.
MAX_STEPS = 1_000_000
#: Stands for a platform or a Python that nobody has named.
OTHER = "*"

_PYTHON_NUMBER = re.compile(r"[0-9]{1,4}")

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
    if len(group) * universe.kinds > MAX_STEPS:
        yield group[0], False, [group[0]]
        yield from ((item, True, []) for item in group[1:])
        return
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
            taken[system] = _merged([*before, (low, high)])
        if whole:
            yield item, False, [item]
            continue
        narrowed, is_lost = _write(item, pieces, universe)
        yield item, is_lost, narrowed


@dataclass(frozen=True)
class _Universe:
    """The systems that the entries of one id can tell apart.

    Platforms that the same entries are for are of one kind: its first name stands for it while systems are
    divided, and all its names are written. The same holds for Pythons.
    """

    platforms: Mapping[str, tuple[str, ...]]
    pythons: Mapping[str, tuple[str, ...]]

    @property
    def kinds(self) -> int:
        return len(self.platforms) * len(self.pythons)


def _universe(group: Sequence[Entry], named: set[str]) -> _Universe:
    listed: dict[str, list[int]] = {}
    fitting: dict[str, list[int]] = {}
    for number, item in enumerate(group):
        for platform in dict.fromkeys(item.get("platforms", ())):
            listed.setdefault(platform, []).append(number)
        for python in dict.fromkeys(item.get("python_versions", ())):
            fitting.setdefault(python, []).append(number)
    full = {python for python in fitting if "." in python}
    by_python = {
        # A bare major fits all of its minors, so it alone tells no two Pythons of it apart.
        python: (fitting.get(python, ()), fitting.get(python.partition(".")[0], ()))
        for python in sorted({*PYTHONS, *full, OTHER})
    }
    by_platform = {name: listed.get(name, ()) for name in sorted({*named, *listed, OTHER})}
    return _Universe(
        _kinds(by_platform) if listed else {OTHER: (OTHER,)},
        _kinds(by_python) if fitting else {OTHER: (OTHER,)},
    )


def _kinds(fitting: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """The first name of each kind -> all its names."""
    kinds: dict[str, list[str]] = {}
    for name, entries in fitting.items():
        kinds.setdefault(repr(entries), []).append(name)
    return {names[0]: tuple(names) for names in kinds.values()}


def _python_key(python: str) -> tuple[list[int], str]:
    """Sorts ``3.9`` before ``3.11``; a listing may have any text here."""
    parts = python.split(".")
    return [int(part) if _PYTHON_NUMBER.fullmatch(part) else 0 for part in parts], python


def _systems(item: Entry, universe: _Universe) -> set[tuple[str, str]]:
    """The kinds of systems that an entry is for, whatever their Blender."""
    listed = set(item.get("platforms") or universe.platforms)
    pythons = set(item.get("python_versions") or ())
    fitting = [
        python
        for python in universe.pythons
        if not pythons or python in pythons or python.partition(".")[0] in pythons
    ]
    return {
        (platform, python)
        for platform in universe.platforms
        if platform in listed
        for python in fitting
    }


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals with those that meet made one."""
    found: list[Interval] = []
    for low, high in sorted(intervals, key=lambda pair: pair[0]):
        if found and (found[-1][1] is None or low <= found[-1][1]):
            start, end = found.pop()
            low, high = start, None if end is None or high is None else max(end, high)
        found.append((low, high))
    return found


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
        for names, pythons in _products(pieces[interval], universe):
            narrowed, lost = _narrowed(item, interval, names, pythons, universe)
            is_lost = is_lost or lost
            if narrowed is not None:
                found.append(narrowed)
    return found, is_lost


def _products(
    systems: set[tuple[str, str]], universe: _Universe
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The systems as products of platforms and Pythons that do not meet, with all names of their kinds."""
    pythons_of: dict[str, list[str]] = {}
    for platform, python in sorted(systems):
        pythons_of.setdefault(platform, []).append(python)
    together: dict[tuple[str, ...], list[str]] = {}
    for platform, pythons in pythons_of.items():
        together.setdefault(tuple(pythons), []).append(platform)
    products = (
        (
            tuple(sorted(name for kind in kinds for name in universe.platforms[kind])),
            tuple(sorted(python for kind in pythons for python in universe.pythons[kind])),
        )
        for pythons, kinds in together.items()
    )
    return sorted(products)


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
    if len(names) < sum(map(len, universe.platforms.values())):
        lost = OTHER in names
        changed["platforms"] = [name for name in names if name != OTHER]
    if len(pythons) < sum(map(len, universe.pythons.values())) and not _is_own(
        item, pythons, universe
    ):
        lost = lost or OTHER in pythons
        listed = [python for python in pythons if python != OTHER]
        changed["python_versions"] = sorted(listed, key=_python_key)
    if [] in (changed.get("platforms"), changed.get("python_versions")):
        return None, lost
    return in_order(changed), lost


def _is_own(item: Entry, pythons: tuple[str, ...], universe: _Universe) -> bool:
    """Whether these are all Pythons of the entry, so that its own words can stay."""
    kinds = {python for _, python in _systems({**item, "platforms": None}, universe)}
    return {python for kind in kinds for python in universe.pythons[kind]} == set(pythons)


def in_order(changed: Entry) -> Entry:
    """The entry with its keys in Blender's order, and nothing that is None."""
    known = {key: changed[key] for key in KEYS if changed.get(key) is not None}
    return {**known, **{key: value for key, value in changed.items() if key not in KEYS}}
