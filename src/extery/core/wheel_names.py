"""Wheel file names: which platforms and Pythons a bundled wheel is for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from extery.core import platforms

# Blender reads these digits and no others; a number with more of them is no version of Python.
_PYTHON = re.compile(r"([a-zA-Z]+)([0-9])([0-9]{0,4})(?![0-9])")
_ABI = re.compile(r"abi([0-9]{1,4})")


class WheelName(NamedTuple):
    """The parts of a wheel's file name; a compressed tag holds several, joined by dots."""

    name: str
    version: str
    build: str
    python_tag: str
    abi_tag: str
    platform_tag: str

    @classmethod
    def parse(cls, path: str) -> WheelName:
        """Read the name at the end of ``path``; `ValueError` unless it has 5 or 6 parts."""
        file = path.rpartition("/")[2]
        parts = file[: -len(".whl")].split("-")
        if not file.lower().endswith(".whl") or not 5 <= len(parts) <= 6:
            raise ValueError(f"not the name of a wheel: {file!r}")
        build = parts[2] if len(parts) == 6 else ""
        return cls(parts[0], parts[1], build, *parts[-3:])

    @property
    def library(self) -> str:
        """The library's name as indexes compare it: lower case, one dash between words."""
        return re.sub(r"[-_.]+", "-", self.name).lower()

    def platforms(self) -> frozenset[str] | None:
        """The Blender platforms it fits; ``None`` means every one, empty means none."""
        found: set[str] = set()
        for tag in self.platform_tag.split("."):
            fits = platforms.from_wheel_tag(tag)
            if fits is None:
                return None
            found |= fits
        return frozenset(found)

    def fits(self, platform: str) -> bool:
        """Whether it is of use on ``platform``, a Blender platform."""
        mine = self.platforms()
        return mine is None or platform in mine


def python_versions(wheels: Iterable[str]) -> tuple[str, ...]:
    """The Python versions for which there are wheels: sorted ``"3"`` or ``"3.11"``.

    As Blender states them in listings: ``abi3`` counts for the whole major version, Python 2
    does not count, and a bare major is left out beside a full version of it. A tag of another
    Python (``pp39``) makes the answer empty, as nothing true can be said then.
    """
    found: set[tuple[int, ...]] = set()
    for wheel in wheels:
        try:
            name = WheelName.parse(wheel)
        except ValueError:
            continue
        stable = [match[1] for tag in name.abi_tag.split(".") if (match := _ABI.fullmatch(tag))]
        if stable:
            found |= {(int(major),) for major in stable}
            continue
        for tag in name.python_tag.split("."):
            python = _PYTHON.match(tag)
            if python is None or python[1].lower() not in ("py", "cp"):
                return ()
            found.add((int(python[2]), int(python[3])) if python[3] else (int(python[2]),))
    found = {version for version in found if version[0] > 2}
    full = {version[:1] for version in found if len(version) > 1}
    return tuple(".".join(map(str, version)) for version in sorted(found - full))
