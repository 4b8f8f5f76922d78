"""Platforms as Blender names them: ``linux-x64``, ``macos-arm64`` …"""

from __future__ import annotations

#: What today's Blender builds report, in the order in which people expect to read them.
KNOWN = (
    "windows-x64",
    "windows-arm64",
    "macos-x64",
    "macos-arm64",
    "linux-x64",
    "linux-arm64",
)

_SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
_MACHINES = {
    ("macos", "arm64"): "Apple silicon",
    ("macos", "x64"): "Intel",
}
_MACHINE_NAMES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "aarch32": "arm32"}


def current() -> str:
    """The platform of this machine, by Blender's rule."""
    import platform

    system = platform.system().lower().replace("darwin", "macos")
    machine = platform.machine().lower()
    return f"{system}-{_MACHINE_NAMES.get(machine, machine)}"


def title(platform: str) -> str:
    """The name for people: ``Windows (x64)``, ``macOS (Apple silicon)``; unknown ones as they are."""
    system, _, machine = platform.partition("-")
    if system not in _SYSTEMS or not machine:
        return platform
    return f"{_SYSTEMS[system]} ({_MACHINES.get((system, machine), machine)})"


def from_wheel_tag(tag: str) -> frozenset[str] | None:
    """The Blender platforms that one wheel platform tag fits; ``None`` means every platform.

    Reads ``win_amd64``, ``macosx_11_0_universal2``, ``manylinux_2_28_x86_64``, ``any``.
    A tag that fits no Blender platform (``win32``) gives an empty set.
    """
    if tag == "any":
        return None
    lowered = tag.lower()
    system = lowered.partition("_")[0].rstrip("0123456789")
    system = {
        "win": "windows",
        "macosx": "macos",
        "manylinux": "linux",
        "musllinux": "linux",
    }.get(system, system)
    if system not in _SYSTEMS or "_" not in lowered:
        return frozenset()
    if system == "macos" and lowered.endswith("_universal2"):
        return frozenset({"macos-x64", "macos-arm64"})
    for machine in sorted(_MACHINE_NAMES, key=len, reverse=True):
        if lowered.endswith(f"_{machine}"):
            return frozenset({f"{system}-{_MACHINE_NAMES[machine]}"})
    return frozenset({f"{system}-{lowered.rpartition('_')[2]}"})
