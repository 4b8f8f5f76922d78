"""Whether a Blender finds an extension twice in a listing: proved by asking as every kind of system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from extery.core import platforms
from extery.core.versions import BlenderVersion, format_blender_version
from extery.listing.entries import Entry, entry_range

#: A platform and a Python that no entry names.
_OTHER_PLATFORM = "other-x64"
_OTHER_MINOR = 99
#: Comparisons for one id. A thousand versions for seven platforms each need seven million.
MAX_STEPS = 10_000_000


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
    Pythons that are named, so one system of each kind stands for all. Of an id whose entries make more than
    `MAX_STEPS` of work, only the pairs found so far are told.
    """
    by_id: dict[str, list[int]] = {}
    for number, item in enumerate(entries):
        by_id.setdefault(item["id"], []).append(number)
    found: dict[tuple[int, int], System] = {}
    for numbers in by_id.values():
        if len(numbers) > 1:
            _compare(entries, numbers, found)
    return [Clash(*pair, found[pair]) for pair in sorted(found)]


def _compare(
    entries: Sequence[Entry], numbers: Sequence[int], found: dict[tuple[int, int], System]
) -> None:
    """Note the clashes between these entries of one id, each with its first system."""
    steps = 0
    done: set[tuple[int, ...]] = set()
    pythons = _kinds(_pythons(entries, numbers))
    for platform, on_platform in _kinds(_platforms(entries, numbers)):
        for python, with_python in pythons:
            both = tuple(sorted(on_platform & with_python))
            # Kinds come from the first name on, so the first system with the same entries stands for all.
            if len(both) < 2 or both in done:
                continue
            done.add(both)
            steps += len(both) ** 2
            if steps > MAX_STEPS and len(done) > 1:
                return
            for pair, blender in _overlaps(entries, both):
                system = System(blender, platform, python)
                found[pair] = min(found.get(pair, system), system)


def _overlaps(
    entries: Sequence[Entry], numbers: Sequence[int]
) -> Iterator[tuple[tuple[int, int], BlenderVersion]]:
    """The first of the entries that fit a Blender, with each further one, at each border of the ranges."""
    ranges = [(number, entry_range(entries[number])) for number in numbers]
    seen: set[tuple[int, int]] = set()
    for blender in sorted({border for _, one in ranges for border in one if border is not None}):
        fitting = [number for number, one in ranges if one.contains(blender)]
        for second in fitting[1:]:
            pair = (fitting[0], second)
            if pair not in seen:
                seen.add(pair)
                yield pair, blender


def _kinds(fitting: Mapping[str, frozenset[int]]) -> list[tuple[str, frozenset[int]]]:
    """Names that the same entries fit are of one kind; its first name stands for it."""
    kinds: dict[frozenset[int], str] = {}
    for name in sorted(fitting):
        kinds.setdefault(fitting[name], name)
    return sorted((name, numbers) for numbers, name in kinds.items())


def _platforms(entries: Sequence[Entry], numbers: Iterable[int]) -> dict[str, frozenset[int]]:
    """Platform -> the entries that fit it."""
    anywhere = {number for number in numbers if not entries[number].get("platforms")}
    found: dict[str, set[int]] = {name: set() for name in (*platforms.KNOWN, _OTHER_PLATFORM)}
    for number in numbers:
        for name in entries[number].get("platforms") or ():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(named | anywhere) for name, named in found.items()}


def _pythons(entries: Sequence[Entry], numbers: Iterable[int]) -> dict[str, frozenset[int]]:
    """Python, as major and minor, -> the entries that fit it."""
    anyone = {number for number in numbers if not entries[number].get("python_versions")}
    named: dict[str, set[int]] = {}
    for number in numbers:
        for python in entries[number].get("python_versions") or ():
            named.setdefault(python, set()).add(number)
    asked = {f"3.{_OTHER_MINOR}", *(p if "." in p else f"{p}.{_OTHER_MINOR}" for p in named)}
    found = {}
    for python in asked:
        major, _, rest = python.partition(".")
        minor = rest.partition(".")[0]
        fitting = named.get(major, set()) | named.get(f"{major}.{minor}", set())
        found[python] = frozenset(fitting | anyone)
    return found
