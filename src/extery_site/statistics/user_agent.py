"""What the ``User-Agent`` of a request tells about the system of a client; the rest of it is never stored."""

from __future__ import annotations

import re
from typing import NamedTuple

#: ``Blender/4.2.23 (Linux x86_64; cycle=release)``
_BLENDER = re.compile(r"\bBlender/(\d{1,4}(?:\.\d{1,4}){1,2})(?: \((\w+) (\w+))?")
_SYSTEMS = {"linux": "linux", "windows": "windows", "darwin": "macos", "macos": "macos"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}
#: Signs of browsers. That of a Mac is the same with every processor.
_BROWSERS = (("Windows NT", "windows-x64"), ("Linux x86_64", "linux-x64"))


class UserSystem(NamedTuple):
    """Blender version and platform; empty if they are unknown."""

    blender: str = ""
    platform: str = ""


def system_of(user_agent: str) -> UserSystem:
    """Return the system that a Blender names, and the platform that most browsers name."""
    match = _BLENDER.search(user_agent[:500])
    if match is None:
        platforms = (platform for sign, platform in _BROWSERS if sign in user_agent)
        return UserSystem(platform=next(platforms, ""))
    version, system, machine = match.groups(default="")
    names = _SYSTEMS.get(system.lower(), ""), _MACHINES.get(machine.lower(), "")
    return UserSystem(version, "-".join(names) if all(names) else "")
