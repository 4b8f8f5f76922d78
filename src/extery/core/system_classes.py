"""Equivalence classes of systems: the systems of a class can install the same packages of a group.

Whether a package fits changes only at the ends of Blender ranges and with the platforms and Pythons that
packages name, so a few systems represent all others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence

from extery.core.compatibility import Audience, System
from extery.core.versions import BlenderVersion

#: Represents every platform or Python that no package of a group names.
UNNAMED = "\x00"


class SystemClasses:
    """The platforms and Pythons that a group of audiences distinguishes.

    ``platforms`` and ``pythons`` map the first name of each class to all of its names, sorted. They contain the
    names passed and those in the audiences; Pythons are as ``3.11``.
    """

    def __init__(
        self,
        audiences: Sequence[Audience],
        *,
        platforms: Iterable[str] = (),
        pythons: Iterable[str] = (),
    ) -> None:
        by_platform = _numbers_by_name(audience.platforms.names for audience in audiences)
        by_major = _numbers_by_name(audience.pythons.majors.names for audience in audiences)
        by_python = _numbers_by_name(audience.pythons.exceptions for audience in audiences)
        empty: frozenset[int] = frozenset()
        self._exceptions_by_platform = {
            name: by_platform.get(name, empty) for name in {*platforms, *by_platform}
        }
        self._exceptions_by_python = {
            version: by_major.get(version.partition(".")[0], empty) ^ by_python.get(version, empty)
            for version in {*pythons, *by_python}
        }
        self._audiences = audiences
        self.platforms = _group(self._exceptions_by_platform)
        self.pythons = _group(self._exceptions_by_python)

    def __len__(self) -> int:
        """Return the number of classes of systems, not counting Blender versions."""
        return len(self.platforms) * len(self.pythons)

    def on_platform(self, name: str) -> frozenset[int]:
        """Return the numbers of the audiences that contain a platform."""
        complements = (n for n, a in enumerate(self._audiences) if a.platforms.is_complement)
        return self._exceptions_by_platform[name].symmetric_difference(complements)

    def with_python(self, version: str) -> frozenset[int]:
        """Return the numbers of the audiences that contain a Python version."""
        complements = (n for n, a in enumerate(self._audiences) if a.pythons.majors.is_complement)
        return self._exceptions_by_python[version].symmetric_difference(complements)


def _numbers_by_name(names: Iterable[Collection[str]]) -> dict[str, frozenset[int]]:
    by_name: dict[str, set[int]] = {}
    for number, group in enumerate(names):
        for name in group:
            by_name.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in by_name.items()}


def _group(keys: Mapping[str, frozenset[int]]) -> dict[str, tuple[str, ...]]:
    """Group names with equal keys: the first name of each group, in order -> all its names."""
    groups: dict[frozenset[int], list[str]] = {}
    for name in sorted(keys):
        groups.setdefault(keys[name], []).append(name)
    return {names[0]: tuple(names) for names in groups.values()}


class SystemNormalizer:
    """Maps systems that belong to the same audiences to one of them, which can be the key of a cache."""

    def __init__(self, audiences: Iterable[Audience]) -> None:
        borders: set[BlenderVersion] = {(0, 0, 0)}
        platforms: set[str] = set()
        majors: set[str] = set()
        pythons: set[str] = set()
        for blender, names, versions in audiences:
            borders.add(blender.minimum)
            if blender.maximum is not None:
                borders.add(blender.maximum)
            platforms |= names.names
            majors |= versions.majors.names
            pythons |= versions.exceptions
        self._borders = sorted(borders)
        self._platforms = frozenset(platforms)
        self._majors = frozenset(majors)
        self._pythons = frozenset(pythons)

    def normalize(self, system: System) -> System:
        """Return the system that stands for all that no audience distinguishes from ``system``."""
        blender, platform, python = system
        if blender is not None:
            blender = self._borders[bisect_right(self._borders, blender) - 1]
        if platform is not None and platform not in self._platforms:
            platform = UNNAMED
        if python is not None and python not in self._pythons:
            major = python.partition(".")[0]
            python = f"{major if major in self._majors else UNNAMED}.{UNNAMED}"
        return System(blender, platform, python)
