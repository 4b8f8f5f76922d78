"""Names of wheel files: the platforms and Python versions that a wheel fits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from extery.core.name_sets import NameSet, union
from extery.core.platforms import from_wheel_tag

# Blender reads ASCII digits only; a longer number is not a version of Python.
_PYTHON = re.compile(r"([a-zA-Z]+)([0-9])([0-9]{0,4})(?![0-9])")
_FREE_THREADED = re.compile(r"cp[0-9]+t")
_ABI = re.compile(r"abi([0-9]{1,4})")


class WheelName(NamedTuple):
    """The parts of a wheel's file name; a compressed tag is several tags joined by dots."""

    name: str
    version: str
    build: str
    python_tag: str
    abi_tag: str
    platform_tag: str

    @classmethod
    def parse(cls, path: str) -> WheelName:
        """Parse the file name at the end of ``path``; raises `ValueError` unless it has 5 or 6 parts."""
        file = path.rpartition("/")[2]
        parts = file[: -len(".whl")].split("-")
        if not file.lower().endswith(".whl") or not 5 <= len(parts) <= 6:
            raise ValueError(f"not the name of a wheel: {file!r}")
        build = parts[2] if len(parts) == 6 else ""
        return cls(parts[0], parts[1], build, *parts[-3:])

    @property
    def library(self) -> str:
        """The normalized name of the library: lower case, one dash between words."""
        return re.sub(r"[-_.]+", "-", self.name).lower()

    @property
    def platforms(self) -> NameSet:
        """The Blender platforms that the wheel fits."""
        return union(map(from_wheel_tag, self.platform_tag.split(".")))

    @property
    def pythons(self) -> tuple[str, ...]:
        """The versions of Python in the name, as ``"3"`` or ``"3.11"``; those that Blender cannot read are left out."""
        found = (_PYTHON.match(tag) for tag in self.python_tag.split("."))
        return tuple(
            f"{python[2]}.{python[3]}" if python[3] else python[2]
            for python in found
            if python and python[1].lower() in ("py", "cp")
        )

    def runs_in(self, python: str) -> bool:
        """Return whether Python ``3.11`` can import the wheel: its tag is equal, or older with a stable ABI.

        A wheel for Pythons without a global lock (``cp313t``) cannot be imported by others, although Blender unpacks it. One
        with a tag that cannot be read may be.
        """
        if any(_FREE_THREADED.fullmatch(tag) for tag in self.abi_tag.split(".")):
            return False
        major, minor = map(int, python.split("."))
        is_stable = any(_ABI.fullmatch(tag) for tag in self.abi_tag.split("."))
        for version in self.pythons:
            first, _, second = version.partition(".")
            if int(first) == major and (
                not second or int(second) == minor or (is_stable and int(second) <= minor)
            ):
                return True
        return not self.pythons


def python_versions(wheels: Iterable[str]) -> tuple[str, ...]:
    """Return the Python versions that ``wheels`` (paths) fit, sorted, as ``"3"`` or ``"3.11"``.

    The same as Blender writes into listings: ``abi3`` means the whole major version; Python 2 is
    left out, and so is a major version if there are full versions of it. The result is empty if a wheel
    is for another implementation (``pp39``), whose versions Blender cannot read.
    """
    versions: set[tuple[int, ...]] = set()
    for wheel in wheels:
        try:
            name = WheelName.parse(wheel)
        except ValueError:
            continue
        stable = [match[1] for tag in name.abi_tag.split(".") if (match := _ABI.fullmatch(tag))]
        if stable:
            versions |= {(int(major),) for major in stable}
            continue
        for tag in name.python_tag.split("."):
            python = _PYTHON.match(tag)
            if python is None or python[1].lower() not in ("py", "cp"):
                return ()
            versions.add((int(python[2]), int(python[3])) if python[3] else (int(python[2]),))
    versions = {version for version in versions if version[0] > 2}
    full = {version[:1] for version in versions if len(version) > 1}
    return tuple(".".join(map(str, version)) for version in sorted(versions - full))


def requirement_of(path: str) -> str:
    """Return library and version of a wheel as `extery wheels add` takes them; ``NAME`` for another file."""
    try:
        wheel = WheelName.parse(path)
    except ValueError:
        return "NAME"
    return f"{wheel.library}=={wheel.version}"
