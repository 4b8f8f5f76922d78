"""Find entries of one id that the same Blender could install, by trying one system of each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extery.core import platforms
from extery.core.compatibility import Audience, System
from extery.core.system_classes import SystemClasses
from extery.core.versions import BLENDER_SERIES, BlenderVersion, python_of_blender
from extery.listing.audience import audience_of, python_minor_versions
from extery.listing.entries import Entry

#: The first release of each series of Blender -> its Python, newest Python last.
_RELEASES = {(*series, 0): python_of_blender(series) for series in BLENDER_SERIES}
#: Platforms in the order in which they serve as examples.
_EXAMPLES = ("linux-x64", "windows-x64", "macos-arm64", *platforms.KNOWN)
#: Stand for a platform and a minor version of Python that no entry names; never part of a message.
_OTHER_PLATFORM = "other-x64"
_OTHER_MINOR = 99
#: Maximum comparisons for one id. A thousand versions for seven platforms each need seven million.
MAX_COMPARISONS = 10_000_000


class Clash(NamedTuple):
    """Two entries of an id that one system could install, by number, and an example of such a system.

    The example is a Blender that exists; its platform or Python is unknown if only others than those of Blender fit.
    """

    first: int
    second: int
    system: System


def find_clashes(entries: Sequence[Entry]) -> list[Clash]:
    """Return the pairs of entries that fit the same system, sorted; numbers are positions in ``entries``.

    Of three or more entries that fit the same system, each is paired with the first. The search in the entries of an id
    stops after `MAX_STEPS`.
    """
    by_id: dict[str, list[int]] = {}
    for number, item in enumerate(entries):
        by_id.setdefault(item["id"], []).append(number)
    clashes: dict[tuple[int, int], System] = {}
    for numbers in by_id.values():
        if len(numbers) > 1:
            pairs = _compare([entries[number] for number in numbers])
            for (a, b), system in pairs.items():
                pair = numbers[a], numbers[b]
                first, second = (audience_of(entries[number]) for number in pair)
                clashes[pair] = _example(first, second, system)
    return [Clash(*pair, clashes[pair]) for pair in sorted(clashes)]


def _example(first: Audience, second: Audience, system: System) -> System:
    """Return a system that both audiences have, like ``system``, and that people use if there is one."""
    blender = first.blender.intersect(second.blender)
    names = first.platforms.intersect(second.platforms)
    platform = next((name for name in _EXAMPLES if names.has(name)), system.platform)
    for start, python in _RELEASES.items():
        release = max(start, blender.minimum)
        is_release = release[:2] == start[:2] and blender.has(release)
        if is_release and first.pythons.has(python) and second.pythons.has(python):
            return System(release, _named(platform), python)
    is_invented = str(system.python).endswith(f".{_OTHER_MINOR}")
    return System(system.blender, _named(platform), None if is_invented else system.python)


def _named(platform: str | None) -> str | None:
    return None if platform == _OTHER_PLATFORM else platform


def _compare(entries: Sequence[Entry]) -> dict[tuple[int, int], System]:
    """Return the pairs of entries with a system in common, each with the first such system."""
    audiences = [audience_of(item) for item in entries]
    majors = {name for audience in audiences for name in audience.pythons.majors.names}
    classes = SystemClasses(
        audiences,
        platforms={*platforms.KNOWN, _OTHER_PLATFORM},
        pythons=python_minor_versions(entries)
        | {f"{major}.{_OTHER_MINOR}" for major in {"3", *majors}},
    )
    pythons = [(python, classes.with_python(python)) for python in classes.pythons]
    pairs: dict[tuple[int, int], System] = {}
    steps = 0
    done: set[tuple[int, ...]] = set()
    for platform in classes.platforms:
        on_platform = classes.on_platform(platform)
        for python, with_python in pythons:
            both = tuple(sorted(on_platform & with_python))
            # Classes are in order, so the first system with these audiences stands for all others.
            if len(both) < 2 or both in done:
                continue
            done.add(both)
            steps += len(both) ** 2
            if steps > MAX_COMPARISONS and len(done) > 1:
                return pairs
            for pair, blender in _overlaps(audiences, both):
                system = System(blender, platform, python)
                pairs[pair] = min(pairs.get(pair, system), system)
    return pairs


def _overlaps(
    audiences: Sequence[Audience], numbers: Sequence[int]
) -> Iterator[tuple[tuple[int, int], BlenderVersion]]:
    """Yield pairs with a Blender version in common, and that version: the first that fits, and each other."""
    ranges = [(number, audiences[number].blender) for number in numbers]
    seen: set[tuple[int, int]] = set()
    for blender in sorted({end for _, range_ in ranges for end in range_ if end is not None}):
        fitting = [number for number, range_ in ranges if range_.has(blender)]
        for second in fitting[1:]:
            pair = (fitting[0], second)
            if pair not in seen:
                seen.add(pair)
                yield pair, blender
