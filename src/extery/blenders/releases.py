"""Releases of the module ``bpy``, one of each series of Blender, and the libraries that belong to it."""

from __future__ import annotations

from typing import NamedTuple

from extery.core.shipped_libraries import libraries_of
from extery.core.versions import parse_blender_version, python_of_blender


class Release(NamedTuple):
    """A release of ``bpy``: its version, and bytes to download and on disk, with its libraries."""

    version: str
    download: int
    installed: int

    @property
    def python(self) -> str:
        """The Python that it needs, such as ``3.11``."""
        return python_of_blender(parse_blender_version(self.version)[:2])

    @property
    def requirements(self) -> list[str]:
        """The module and its libraries, each with the version that Blender ships, where PyPI has a wheel of it.

        The metadata of ``bpy`` has no upper bounds, so that an add-on would be tested with libraries that it never meets.
        """
        libraries = libraries_of(parse_blender_version(self.version)[:2])
        pins = {
            name: _FIRST_WHEELS.get((name, version), version) for name, version in libraries.items()
        }
        return [
            f"bpy=={self.version}",
            *(f"{name}=={version}" for name, version in sorted(pins.items())),
        ]


#: Libraries without wheels for the Python of the series -> the next version that has one.
_FIRST_WHEELS = {("zstandard", "0.16.0"): "0.19.0"}

#: Debian's packages of the libraries that the module needs also without a window.
SYSTEM_PACKAGES = (
    *("libegl1", "libgl1", "libgomp1", "libsm6", "libxfixes3", "libxi6", "libxkbcommon0"),
    *("libxrender1", "libxxf86vm1"),
)

#: The series of which tests can have an environment, oldest first.
RELEASES = {
    "4.2": Release("4.2.23", 380_000_000, 980_000_000),
    "4.5": Release("4.5.15", 400_000_000, 940_000_000),
    "5.0": Release("5.0.1", 400_000_000, 960_000_000),
    "5.2": Release("5.2.3", 430_000_000, 1_020_000_000),
    "5.3": Release("5.3.0", 460_000_000, 1_070_000_000),
}
