"""Whether a Blender finds an extension twice in a listing: proved by asking as every kind of system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from extery.core import platforms
from extery.core.listing import Entry, entry_range, is_compatible
from extery.core.versions import BlenderVersion, format_blender_version

#: A platform and a Python that no entry names.
_OTHER_PLATFORM = "other-x64"
_OTHER_MINOR = 99


class System(NamedTuple):
    """What a Blender tells of itself."""

    blender: BlenderVersion
    platform: str
    python: str

    def __str__(self) -> str:
        return f"Blender {format_blender_version(self.blender)} on {self.platform} with Python {self.python}"


class Clash(NamedTuple):
    """Two entries of an id that one system could install, and an example of such a system."""

    first: int
    second: int
    system: System


def find_clashes(entries: Sequence[Entry]) -> list[Clash]:
    """Every pair of entries that fit the same system; the numbers are places in ``entries``.

    What an entry fits changes only at the borders of the ranges and with the platforms and
    Pythons that are named, so one system of each kind stands for all.
    """
    by_id: dict[str, list[int]] = {}
    for number, item in enumerate(entries):
        by_id.setdefault(item["id"], []).append(number)
    found: dict[tuple[int, int], Clash] = {}
    for numbers in by_id.values():
        if len(numbers) < 2:
            continue
        for system in _systems([entries[number] for number in numbers]):
            fitting = [number for number in numbers if _fits(entries[number], system)]
            for second in fitting[1:]:
                found.setdefault((fitting[0], second), Clash(fitting[0], second, system))
    return [found[pair] for pair in sorted(found)]


def _fits(item: Entry, system: System) -> bool:
    return is_compatible(
        item,
        blender_version=system.blender,
        platform=system.platform,
        python_version=system.python,
    )


def _systems(items: Iterable[Entry]) -> Iterator[System]:
    borders, names, pythons = set(), {*platforms.KNOWN, _OTHER_PLATFORM}, {f"3.{_OTHER_MINOR}"}
    for item in items:
        low, high = entry_range(item)
        borders |= {low} if high is None else {low, high}
        names |= set(item.get("platforms") or ())
        for python in item.get("python_versions") or ():
            pythons.add(python if "." in python else f"{python}.{_OTHER_MINOR}")
    for blender in sorted(borders):
        for platform in sorted(names):
            for python in sorted(pythons):
                yield System(blender, platform, python)
