"""Other names of platforms, as compilers, package managers and code hosts write them: ``win64``, ``macos-x86_64`` …"""

from __future__ import annotations

import re

from extery.core.platforms import KNOWN

#: Words of names -> the system or the machine that they mean.
_SYSTEMS = {
    **dict.fromkeys(("windows", "win", "win32", "win64", "mingw", "mingw64", "msvc"), "windows"),
    **dict.fromkeys(("macos", "mac", "macosx", "osx", "darwin", "apple"), "macos"),
    **dict.fromkeys(("linux", "linux64", "manylinux", "gnu", "ubuntu"), "linux"),
}
_MACHINES = {
    **dict.fromkeys(("x64", "x86_64", "amd64", "intel", "intel64", "64", "64bit"), "x64"),
    **dict.fromkeys(("arm64", "aarch64", "arm", "silicon", "m1"), "arm64"),
}
_NOT_64_BIT = frozenset({"x86", "i386", "i686", "32", "32bit", "arm32", "armv7l", "universal"})
_UNIVERSAL = frozenset({"universal2"})
_EVERY = frozenset({"all", "any", "*", "every", "none", "noarch"})
_DEFAULT_MACHINES = {"windows": ("x64",), "macos": ("x64", "arm64"), "linux": ("x64",)}
_WORDS = re.compile(
    r"x86[_-]64|(?:win|linux)[_-]?(?:64|32)(?!\w)|[a-z]+[0-9]*[a-z]*|[0-9]+[a-z]*|\*"
)


def is_every_platform(text: str) -> bool:
    """Return whether a name means all platforms, which a manifest states by leaving the list out."""
    return text.strip().lower() in _EVERY


def suggest_platforms(text: str) -> tuple[str, ...]:
    """Return the platforms of Blender that another name means, or an empty tuple.

    >>> suggest_platforms("macos-x86_64"), suggest_platforms("darwin")
    (('macos-x64',), ('macos-x64', 'macos-arm64'))
    """
    systems: list[str] = []
    machines: list[str] = []
    for word in _words(text):
        if word in _NOT_64_BIT:
            return ()
        if word in _SYSTEMS and _SYSTEMS[word] not in systems:
            systems.append(_SYSTEMS[word])
        if word in _MACHINES:
            machines.append(_MACHINES[word])
        elif word in _UNIVERSAL:
            machines += _DEFAULT_MACHINES["macos"]
    if len(systems) != 1:
        return ()
    wanted = machines or _DEFAULT_MACHINES[systems[0]]
    names = (f"{systems[0]}-{machine}" for machine in dict.fromkeys(wanted))
    return tuple(name for name in names if name in KNOWN)


def _words(text: str) -> list[str]:
    """Return the words of a name in lower case; ``x86-64`` and ``win-64`` are one word each."""
    words = _WORDS.findall(text.lower()[:100])
    return [re.sub(r"[_-](?=\d)", "_" if word.startswith("x86") else "", word) for word in words]
