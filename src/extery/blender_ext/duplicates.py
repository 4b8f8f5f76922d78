"""The warning of Blender's tool for packages of one id that the same Blender could install."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from extery.core.compatibility import BlenderRange
from extery.core.errors import ExteryError, ProblemList
from extery.core.versions import BlenderVersion, format_blender_version
from extery.package import open_package
from extery.repository.scan import find_packages

_ENDLESS = (1000, 0, 0)


class _Candidate(NamedTuple):
    """A package; without platforms or Python versions it fits all."""

    file: str
    low: BlenderVersion
    high: BlenderVersion
    platforms: tuple[str, ...]
    pythons: tuple[str, ...]

    def __str__(self) -> str:
        """Return ``gears.zip=[4.2.0 -> ...]``."""
        low = format_blender_version(self.low) if any(self.low) else "..."
        high = format_blender_version(self.high) if self.high != _ENDLESS else "..."
        return f"{self.file}=[{'undefined' if low == high == '...' else f'{low} -> {high}'}]"


def duplicates_by_id(folder: Path) -> dict[str, str]:
    """Return the warning for each id in ``folder`` that has one. Packages that cannot be read are ignored."""
    candidates: dict[str, list[_Candidate]] = {}
    for file in find_packages(folder, ProblemList()):
        try:
            with open_package(folder / file.name) as package:
                manifest = package.manifest
        except ExteryError:
            continue
        low, high = manifest.blender_range
        candidates.setdefault(manifest.id, []).append(
            _Candidate(
                file.name, low, high or _ENDLESS, manifest.platforms, manifest.python_versions
            )
        )
    found = {identifier: _pairs(own) for identifier, own in candidates.items() if len(own) > 1}
    return {
        identifier: f"{len(pairs)} duplicate(s) found, conflicting blender versions "
        + ", ".join(f"{first} & {second}" for first, second in pairs)
        for identifier, pairs in found.items()
        if pairs
    }


def _pairs(candidates: Sequence[_Candidate]) -> list[tuple[_Candidate, _Candidate]]:
    """Return pairs for the same system. As in Blender, only neighbours by Blender version are compared."""
    platforms = _named(candidate.platforms for candidate in candidates)
    pythons = _named(candidate.pythons for candidate in candidates)
    by_system: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        for platform in candidate.platforms or platforms or ("",):
            for python in _minors(candidate.pythons, pythons) or pythons or ("",):
                by_system.setdefault((platform, python), []).append(candidate)
    pairs: dict[tuple[_Candidate, _Candidate], None] = {}
    for own in by_system.values():
        own.sort(key=lambda candidate: BlenderRange(candidate.low, candidate.high))
        for first, second in pairwise(own):
            if first.high > second.low:
                pairs[first, second] = None
    return list(pairs)


def _named(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for own in names for name in own))


def _minors(own: Sequence[str], every: Sequence[str]) -> tuple[str, ...]:
    """Return ``own`` with the minor versions of each bare major version, such as 3.11 for 3."""
    majors = tuple(f"{python}." for python in own if "." not in python)
    return (*own, *(python for python in every if majors and python.startswith(majors)))
