"""Compiled files beside the code: which Python and platform each is for, by its name and its first bytes."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

from extery.core.name_sets import EVERY_NAME, NO_NAME, NameSet
from extery.core.platforms import from_wheel_tag

#: Suffixes of compiled files; Python imports the first two.
SUFFIXES = (".so", ".pyd", ".dylib", ".dll")
#: Bytes of a file that are read: the header of a PE file may stand behind a stub.
HEADER_SIZE = 4096

_TAG = re.compile(
    r"\.(?:cpython-(?P<unix>[0-9]{2,4})(?P<flags>[a-z]*)(?:-(?P<target>[\w.-]+))?"
    r"|cp(?P<windows>[0-9]{2,4})(?P<more_flags>[a-z]*)-(?P<platform>\w+)"
    r"|(?P<stable>abi3)|(?P<other>(?:pypy|graalpy)[\w-]*))\.(?:so|pyd)$",
    re.IGNORECASE,
)
_ELF_MACHINES = {62: "linux-x64", 183: "linux-arm64"}
_PE_MACHINES = {0x8664: "windows-x64", 0xAA64: "windows-arm64"}
_MACH_MACHINES = {0x01000007: "macos-x64", 0x0100000C: "macos-arm64"}
_MAX_FAT = 8
#: Characters of a file name that are looked at: file systems allow no more.
_MAX_NAME = 255
_SYSTEM_OF_SUFFIX = {".pyd": "windows", ".dll": "windows", ".dylib": "macos"}


class CompiledFile(NamedTuple):
    """A compiled file.

    ``module`` is the name that Python imports, empty for a file that only other compiled code or ctypes loads. ``python``
    is as ``3.11``, empty if it is not known or any; ``unusable`` if no Blender can import it, whatever its version.
    """

    path: str
    module: str
    python: str
    platforms: NameSet
    unusable: bool = False


def is_compiled(name: str) -> bool:
    """Return whether a file is compiled, by its suffix."""
    return name.lower().endswith(SUFFIXES)


def describe(name: str, read_header: Callable[[], bytes]) -> CompiledFile:
    """Return what a compiled file is for; its header counts more than its name."""
    file = name.rpartition("/")[2][-_MAX_NAME:]
    suffix = file[file.rindex(".") :].lower()
    match = _TAG.search(file)
    platforms = _of_header(read_header()) or (_of_name(match) if match else None)
    if platforms is None:
        system = _SYSTEM_OF_SUFFIX.get(suffix)
        platforms = NameSet(frozenset({f"{system}-x64", f"{system}-arm64"})) if system else None
    if match is None:
        module = file[: -len(suffix)] if suffix == ".pyd" else ""
        return CompiledFile(name, module, "", platforms or EVERY_NAME)
    digits = match["unix"] or match["windows"] or ""
    flags = (match["flags"] or match["more_flags"] or "").lower()
    return CompiledFile(
        name,
        file[: match.start()],
        f"{digits[0]}.{digits[1:]}" if digits else "",
        platforms or EVERY_NAME,
        unusable=bool(match["other"] or flags.strip("mu")),
    )


def _of_name(match: re.Match[str]) -> NameSet | None:
    if windows := match["platform"]:
        return from_wheel_tag(windows)
    target = (match["target"] or "").lower()
    if target.startswith("darwin"):
        return NameSet(frozenset({"macos-x64", "macos-arm64"}))
    machine, _, system = target.partition("-")
    if "musl" in system:
        return NO_NAME
    return from_wheel_tag(f"linux_{machine}") if system.startswith("linux") else None


def _of_header(data: bytes) -> NameSet | None:
    """Return the platforms of an ELF, PE or Mach-O file; ``None`` for others."""
    names: set[str | None] = set()
    try:
        if data.startswith(b"\x7fELF"):
            order = ">" if data[5] == 2 else "<"
            names.add(_ELF_MACHINES.get(struct.unpack_from(f"{order}H", data, 18)[0]))
        elif data.startswith(b"MZ"):
            at = struct.unpack_from("<L", data, 60)[0]
            if data[at : at + 4] == b"PE\0\0":
                names.add(_PE_MACHINES.get(struct.unpack_from("<H", data, at + 4)[0]))
        elif data.startswith((b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")):
            names.add(_MACH_MACHINES.get(struct.unpack_from("<L", data, 4)[0]))
        elif data.startswith(b"\xca\xfe\xba\xbe"):
            count = min(struct.unpack_from(">L", data, 4)[0], _MAX_FAT)
            for number in range(count):
                kind = struct.unpack_from(">L", data, 8 + 20 * number)[0]
                names.add(_MACH_MACHINES.get(kind))
    except (struct.error, IndexError):
        return None
    known = frozenset(name for name in names if name)
    return NameSet(known) if known else None
