"""Which Blenders an extension is tested in: the chosen ones, or all of its range that this computer has or can get."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from extery.blenders.environments import environment_of
from extery.blenders.programs import expanded, find_programs, given_programs, series_beside
from extery.blenders.releases import RELEASES
from extery.core.compatibility import BlenderRange
from extery.core.versions import parse_blender_version, python_of_blender


class UnknownBlender(Exception):
    """A name that is neither a series nor the path of a Blender."""


class Choice(NamedTuple):
    """A Blender to test in: a program, or the environment of a series if ``program`` is None."""

    name: str
    series: str
    program: Path | None

    @property
    def python(self) -> str:
        return python_of_blender(parse_blender_version(self.series)[:2])


class Available(NamedTuple):
    """A row of the list of Blenders. ``state`` is ``program``, ``ready`` or ``to install``."""

    series: str
    version: str
    state: str
    path: Path
    download: int
    size: int


def series_in(range_: BlenderRange) -> list[str]:
    """Return the series of `RELEASES` whose release is in a range, oldest first."""
    return [
        series
        for series, release in RELEASES.items()
        if range_.has(parse_blender_version(release.version))
    ]


def choose(names: Iterable[str]) -> list[Choice]:
    """Return the Blenders of these names, each a series or the path of a program.

    A series is a program on this computer, else an environment. Raises `UnknownBlender` for a name that is neither.
    """
    found: dict[str, Choice] = {}
    programs = _programs()
    for name in names:
        path = expanded(name)
        if name in RELEASES or name in programs:
            choice = Choice(name, name, programs.get(name))
        elif series := _series_of(path):
            choice = Choice(series, series, path.absolute())
        else:
            raise UnknownBlender(name)
        found.setdefault(f"{choice.series} {choice.program}", choice)
    names_used: set[str] = set()
    for key, choice in found.items():
        if choice.name in names_used:
            found[key] = choice._replace(name=f"{choice.series} of {choice.program}")
        names_used.add(choice.name)
    return list(found.values())


def _series_of(program: Path) -> str:
    """Return the newest series of a program, or an empty text if it is no Blender."""
    try:
        return max(series_beside(program), default="") if program.is_file() else ""
    except OSError:  # such as a name that is too long
        return ""


def ignored_programs() -> list[Path]:
    """Return the programs of the variable ``EXTERY_BLENDER`` that are no Blender."""
    return [path for path in given_programs() if not _series_of(path)]


def _programs() -> dict[str, Path]:
    """Return the Blenders of this computer by their series."""
    found: dict[str, Path] = {}
    for path in (*given_programs(), *find_programs()):
        for series in series_beside(path):
            found.setdefault(series, path)
    return found


def available() -> list[Available]:
    """Return the Blenders that can be tested in, oldest first."""
    programs = _programs()
    rows = []
    for series in sorted({*RELEASES, *programs}, key=parse_blender_version):
        if series in programs:
            rows.append(Available(series, "", "program", programs[series], 0, 0))
            continue
        environment, release = environment_of(series), RELEASES[series]
        state = "ready" if environment.is_complete else "to install"
        sizes = (release.download, release.installed)
        rows.append(Available(series, release.version, state, environment.folder, *sizes))
    return rows


def known_series() -> str:
    return ", ".join(RELEASES)
