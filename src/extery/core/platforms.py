"""Blender's names of platforms: ``linux-x64``, ``macos-arm64`` …"""

from __future__ import annotations

import os

from extery.core.name_sets import EVERY_NAME, NO_NAME, NameSet

#: The platforms that Blender is built for, in the order in which pages show them.
KNOWN = (
    "windows-x64",
    "windows-arm64",
    "macos-x64",
    "macos-arm64",
    "linux-x64",
    "linux-arm64",
)

#: Those for which blender.org offers Blender.
OFFICIAL = tuple(name for name in KNOWN if name != "linux-arm64")
#: Platforms that Blender is no longer built for -> the first series without them.
DROPPED_IN = {"macos-x64": (5, 0)}
#: The platforms that an extension is for if it names none: those of most people.
COMMON = ("windows-x64", "macos-arm64", "linux-x64")

_SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
_MACHINES = {
    ("macos", "arm64"): "Apple silicon",
    ("macos", "x64"): "Intel",
}
_MACHINE_NAMES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "aarch32": "arm32"}


def current() -> str:
    """Return the platform of this machine, by Blender's rule."""
    system, machine = map(str.lower, _system_and_machine())
    system = system.replace("darwin", "macos")
    return f"{system}-{_MACHINE_NAMES.get(machine, machine)}"


def _system_and_machine() -> tuple[str, str]:
    # What `platform` returns, whose import takes a twentieth of a short command.
    if hasattr(os, "uname"):
        names = os.uname()
        return names.sysname, names.machine
    import platform

    return platform.system(), platform.machine()


def title(platform: str) -> str:
    """Return ``Windows (x64)`` or ``macOS (Apple silicon)``; an unknown platform is returned unchanged."""
    system, _, machine = platform.partition("-")
    if system not in _SYSTEMS or not machine:
        return platform
    return f"{_SYSTEMS[system]} ({_MACHINES.get((system, machine), machine)})"


def from_wheel_tag(tag: str) -> NameSet:
    """Return the Blender platforms that one platform tag of a wheel fits.

    Examples of tags: ``win_amd64``, ``macosx_11_0_universal2``, ``manylinux_2_28_x86_64``, ``any``.
    The result is empty for a tag that fits no Blender platform, such as ``win32``.
    """
    if tag == "any":
        return EVERY_NAME
    lowered = tag.lower()
    system = lowered.partition("_")[0].rstrip("0123456789")
    system = {
        "win": "windows",
        "macosx": "macos",
        "manylinux": "linux",
        "musllinux": "linux",
    }.get(system, system)
    if system not in _SYSTEMS or "_" not in lowered:
        return NO_NAME
    if system == "macos" and lowered.endswith("_universal2"):
        return NameSet(frozenset({"macos-x64", "macos-arm64"}))
    for machine in sorted(_MACHINE_NAMES, key=len, reverse=True):
        if lowered.endswith(f"_{machine}"):
            return NameSet(frozenset({f"{system}-{_MACHINE_NAMES[machine]}"}))
    return NameSet(frozenset({f"{system}-{lowered.rpartition('_')[2]}"}))
