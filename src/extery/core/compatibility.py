"""Systems, and audiences: the sets of systems that can install a package.

This module decides whether a system can install a package; which of the versions that it can install a system
gets is decided in `extery.listing.selection`.

The rules are those of Blender's filter for listings: the minimum version is included, the maximum
is excluded; no platforms, or no Python versions, means all of them; names are compared as text, and
a Python version such as ``3`` stands for every 3.x. An unknown property of a system is not compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from extery.core.name_sets import EVERY_NAME, EVERY_PYTHON, NameSet, PythonSet
from extery.core.versions import BlenderVersion, format_blender_version, parse_blender_version


class BlenderRange(NamedTuple):
    """Blender versions from ``minimum`` on, up to but not including ``maximum``; ``None`` means no maximum."""

    minimum: BlenderVersion
    maximum: BlenderVersion | None = None

    @classmethod
    def parse(cls, minimum: str, maximum: str | None = None) -> BlenderRange:
        """Parse the two fields of a manifest; an empty maximum means none.

        Raises `ValueError` for a text that is not a Blender version.
        """
        high = parse_blender_version(maximum) if maximum else None
        return cls(parse_blender_version(minimum), high)

    @classmethod
    def of_series(cls, text: str) -> BlenderRange:
        """Return the range of a series: all versions that begin with ``4.2`` or ``4``; of ``4.2.3`` only that one.

        Raises `ValueError` for a text that is not a Blender version.
        """
        low = parse_blender_version(text)
        last = min(len(text.split(".")), 3) - 1
        high = [number if index < last else 0 for index, number in enumerate(low)]
        high[last] = low[last] + 1
        return cls(low, (high[0], high[1], high[2]))

    def has(self, version: BlenderVersion) -> bool:
        return self.minimum <= version and (self.maximum is None or version < self.maximum)

    @property
    def is_empty(self) -> bool:
        return self.maximum is not None and self.maximum <= self.minimum

    def overlaps(self, other: BlenderRange) -> bool:
        """Return whether some Blender version is in both ranges."""
        return not self.intersect(other).is_empty

    def contains(self, other: BlenderRange) -> bool:
        """Return whether every Blender version of ``other`` is in this range."""
        return not other.subtract([self])

    def intersect(self, other: BlenderRange) -> BlenderRange:
        highs = [high for high in (self.maximum, other.maximum) if high is not None]
        return BlenderRange(max(self.minimum, other.minimum), min(highs, default=None))

    def subtract(self, others: Iterable[BlenderRange]) -> list[BlenderRange]:
        """Return the parts of this range that are in none of ``others``, sorted."""
        parts = []
        low, high = self
        for start, end in sorted(others, key=_by_minimum):
            if end is not None and end <= max(low, start):
                continue
            if high is not None and start >= high:
                break
            if start > low:
                parts.append(BlenderRange(low, start))
            if end is None:
                return parts
            low = end
        last = BlenderRange(low, high)
        return parts if last.is_empty else [*parts, last]

    def __str__(self) -> str:
        """Return ``4.2.0 and newer``, or ``4.2.0 up to, not including, 5.0.0``."""
        low = format_blender_version(self.minimum)
        if self.maximum is None:
            return f"{low} and newer"
        return f"{low} up to, not including, {format_blender_version(self.maximum)}"


EVERY_BLENDER = BlenderRange((0, 0, 0))
NO_BLENDER = BlenderRange((0, 0, 0), (0, 0, 0))


def _by_minimum(range_: BlenderRange) -> BlenderVersion:
    return range_.minimum


def merge_ranges(ranges: Iterable[BlenderRange]) -> list[BlenderRange]:
    """Return the same versions as separate ranges, sorted; ranges that overlap or touch become one."""
    merged: list[BlenderRange] = []
    for low, high in sorted((item for item in ranges if not item.is_empty), key=_by_minimum):
        if merged and (merged[-1].maximum is None or low <= merged[-1].maximum):
            start, end = merged.pop()
            low, high = start, None if end is None or high is None else max(end, high)
        merged.append(BlenderRange(low, high))
    return merged


class System(NamedTuple):
    """A Blender installation that requests a listing; ``None`` means unknown.

    ``platform`` is as ``linux-x64``, ``python`` as ``3.11``.
    """

    blender: BlenderVersion | None = None
    platform: str | None = None
    python: str | None = None

    @classmethod
    def parse(
        cls, blender: str | None = None, platform: str | None = None, python: str | None = None
    ) -> System:
        """Parse the properties that a client sends; ``python`` may have a third number, which is ignored.

        An empty text means unknown, and so does Blender ``0.0.0``, as in Blender's own command. Raises
        `ValueError` for a text that is not a Blender version.
        """
        version = parse_blender_version(blender) if blender else (0, 0, 0)
        major, _, minor = (python or "").partition(".")
        return cls(
            blender=version if any(version) else None,
            platform=platform or None,
            python=f"{major}.{minor.partition('.')[0]}" if python else None,
        )

    def __str__(self) -> str:
        """Return ``Blender 4.2.0 on linux-x64 with Python 3.11``, without unknown properties."""
        blender = f" {format_blender_version(self.blender)}" if self.blender else ""
        platform = f" on {self.platform}" if self.platform is not None else ""
        python = f" with Python {self.python}" if self.python is not None else ""
        return f"Blender{blender}{platform}{python}"


class Audience(NamedTuple):
    """The systems that can install a package: those in all three sets."""

    blender: BlenderRange = EVERY_BLENDER
    platforms: NameSet = EVERY_NAME
    pythons: PythonSet = EVERY_PYTHON

    @classmethod
    def of(
        cls,
        blender: BlenderRange = EVERY_BLENDER,
        *,
        platforms: Collection[str] = (),
        pythons: Collection[str] = (),
    ) -> Audience:
        """Return the audience of a manifest or an entry, in which an empty list means all."""
        return cls(
            blender,
            NameSet(frozenset(platforms)) if platforms else EVERY_NAME,
            PythonSet.of(pythons) if pythons else EVERY_PYTHON,
        )

    def fits(self, system: System) -> bool:
        """Return whether ``system`` can install it, as far as its properties are known."""
        blender, platform, python = system
        return (
            (blender is None or self.blender.has(blender))
            and (platform is None or self.platforms.has(platform))
            and (python is None or self.pythons.has(python))
        )

    @property
    def is_empty(self) -> bool:
        return self.blender.is_empty or self.platforms.is_empty or self.pythons.is_empty

    def overlaps(self, other: Audience) -> bool:
        """Return whether some system can install both."""
        return not self.intersect(other).is_empty

    def contains(self, other: Audience) -> bool:
        """Return whether every system of ``other`` is one of this audience."""
        return not other.subtract(self)

    def intersect(self, other: Audience) -> Audience:
        return Audience(
            self.blender.intersect(other.blender),
            self.platforms.intersect(other.platforms),
            self.pythons.intersect(other.pythons),
        )

    def subtract(self, other: Audience) -> list[Audience]:
        """Return the systems that are not in ``other``, as audiences that do not overlap."""
        if not self.overlaps(other):
            return [] if self.is_empty else [self]
        blender = self.blender.intersect(other.blender)
        platforms = self.platforms.intersect(other.platforms)
        parts = [self._replace(blender=left) for left in self.blender.subtract([other.blender])]
        parts += [
            Audience(blender, self.platforms.subtract(other.platforms), self.pythons),
            Audience(blender, platforms, self.pythons.subtract(other.pythons)),
        ]
        return [part for part in parts if not part.is_empty]
