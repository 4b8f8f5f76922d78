"""Targets: the systems that wheels are needed for, each a platform and a Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from extery.core.blender_pythons import series_of
from extery.core.compatibility import BlenderRange
from extery.core.platforms import COMMON, DROPPED_IN, from_wheel_tag
from extery.core.shipped_libraries import is_shipped_in, shipped_versions
from extery.core.system_requirements import GLIBC, LEGACY_TAGS, MACOS
from extery.core.wheel_names import WheelName
from extery.rules.bundled_wheels import pythons_on

#: Platform -> its variables in markers (PEP 508), and the machine in tags of wheels.
_MARKERS = {
    "linux": {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"},
    "macos": {"os_name": "posix", "sys_platform": "darwin", "platform_system": "Darwin"},
    "windows": {"os_name": "nt", "sys_platform": "win32", "platform_system": "Windows"},
}
_MACHINES = {
    "linux-x64": "x86_64",
    "linux-arm64": "aarch64",
    "macos-x64": "x86_64",
    "macos-arm64": "arm64",
    "windows-x64": "AMD64",
    "windows-arm64": "ARM64",
}
#: The first release of each Python in a Blender: requirements are compared with it.
_FULL_VERSIONS = {"3.11": "3.11.7", "3.13": "3.13.0"}
#: The newest and the oldest C library that a wheel may need instead of that of Blender (2.x), and the newest macOS.
_NEWEST_GLIBC, _OLDEST_GLIBC = 42, 5
_LEGACY_GLIBC = {minor: name for name, (_, minor) in LEGACY_TAGS.items()}
_NEWEST_MACOS = 26


class Target(NamedTuple):
    """A platform and a Python, with the Blenders that have them."""

    platform: str
    python: str
    blenders: BlenderRange

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"

    @property
    def full_python(self) -> str:
        return _FULL_VERSIONS.get(self.python, f"{self.python}.0")

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of markers."""
        return _environment(self.platform, self.python, self.full_python)

    def rank(self, name: WheelName) -> int | None:
        """Return how well a wheel fits, the best first; ``None`` if it does not fit, or Blender would not install it."""
        last_tag = name.platform_tag.rpartition(".")[2]
        if not name.runs_in(self.python) or not from_wheel_tag(last_tag).has(self.platform):
            return None
        ranks = _ranks(self.platform, self.python)
        tags = (
            (python, abi, platform)
            for python in name.python_tag.split(".")
            for abi in name.abi_tag.split(".")
            for platform in name.platform_tag.split(".")
        )
        return min((ranks[tag] for tag in tags if tag in ranks), default=None)

    def ships(self, library: str) -> bool:
        """Return whether all Blenders of the target ship a library."""
        return _ships(self.blenders, library)

    def shipped(self, library: str) -> dict[str, str]:
        """Return the versions of a library that Blenders of the target ship, by series."""
        series = series_of(self.blenders)
        versions = shipped_versions(library)
        return {f"{s[0]}.{s[1]}": versions[s] for s in series if s in versions}


def find_targets(range_: BlenderRange, platforms: Iterable[str] = ()) -> list[Target]:
    """Return a target for each platform and Python; without platforms those that most people have."""
    return [
        Target(platform, python, part)
        for platform in dict.fromkeys(platforms or COMMON)
        for python, part in pythons_on(platform, range_).items()
    ]


def find_optional_targets(range_: BlenderRange) -> list[Target]:
    """Return the targets on platforms that only older Blenders support: wheels for them are taken if there are any."""
    return find_targets(range_, DROPPED_IN)


def is_known(platform: str) -> bool:
    """Return whether wheels can be chosen for a platform."""
    return platform in _MACHINES


def shipped_text(library: str, targets: Iterable[Target]) -> list[str]:
    """Return the versions of a library that Blender ships as ``1.26.4 (Blender 4.5, 5.0)``, oldest Blender first."""
    series: dict[str, set[str]] = {}
    for target in targets:
        for blender, version in target.shipped(library).items():
            series.setdefault(version, set()).add(blender)
    found = sorted(series.items(), key=lambda item: min(item[1]))
    return [f"{version} (Blender {', '.join(sorted(names))})" for version, names in found]


@cache
def _ships(blenders: BlenderRange, library: str) -> bool:
    return is_shipped_in(library, blenders)


@cache
def _environment(platform: str, python: str, full: str) -> Mapping[str, str]:
    return {
        **_MARKERS[platform.partition("-")[0]],
        "platform_machine": _MACHINES[platform],
        "python_version": python,
        "python_full_version": full,
        "implementation_name": "cpython",
        "implementation_version": full,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_version": "",
    }


@cache
def _ranks(platform: str, python: str) -> Mapping[tuple[str, str, str], int]:
    """Return the tags that fit (PEP 425), the best first."""
    from packaging import tags

    version = tuple(map(int, python.split(".")))
    interpreter = f"cp{version[0]}{version[1]}"
    platforms = list(_platform_tags(platform))
    found = [
        *tags.cpython_tags(version, abis=[interpreter], platforms=platforms),
        *tags.compatible_tags(version, interpreter=interpreter, platforms=platforms),
    ]
    ranks: dict[tuple[str, str, str], int] = {}
    for rank, tag in enumerate(found):
        ranks.setdefault((tag.interpreter, tag.abi, tag.platform), rank)
    return ranks


def _platform_tags(platform: str) -> Iterable[str]:
    """Yield the platform tags: those for the oldest system that Blender supports first, then those that need a newer one."""
    system, machine = platform.partition("-")[0], _MACHINES[platform].lower()
    if system == "windows":
        yield f"win_{machine}"
    elif system == "linux":
        glibc = GLIBC[1]
        older = range(glibc, _OLDEST_GLIBC - 1, -1)
        for minor in (*older, *range(glibc + 1, _NEWEST_GLIBC + 1)):
            yield f"manylinux_2_{minor}_{machine}"
            if minor in _LEGACY_GLIBC:
                yield f"{_LEGACY_GLIBC[minor]}_{machine}"
        yield f"linux_{machine}"
    else:
        old = [(10, minor) for minor in range(16, 3, -1)] if machine == "x86_64" else []
        universal = [(10, minor) for minor in range(16, 3, -1)]
        oldest = min(MACOS.values())
        newer = [(major, 0) for major in range(oldest[0] + 1, _NEWEST_MACOS + 1)]
        for major, minor in [oldest, *old, *newer]:
            yield f"macosx_{major}_{minor}_{machine}"
        for major, minor in [oldest, *universal, *newer]:
            yield f"macosx_{major}_{minor}_universal2"
