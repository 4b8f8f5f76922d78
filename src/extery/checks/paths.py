"""Paths in a package stay inside it and mean one file on every system."""

from __future__ import annotations

import re

from extery.checks.contents import Contents
from extery.core.errors import ProblemList

# Windows takes these names for devices, with any ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
# Blender's folders take about 100 of the 260 characters that Windows allows.
_LONGEST = 160


def check(contents: Contents, problems: ProblemList) -> None:
    seen: dict[str, str] = {}
    for info in contents.infos:
        # `orig_filename`: zipfile cuts names at a NUL and turns the system's separators.
        name = info.orig_filename
        if is_unsafe(name):
            problems.add(
                "path.unsafe",
                f"{name!r} leads out of the folder",
                hint="pack the files with paths relative to the manifest's folder",
                where=contents.where(name),
            )
            continue
        if reason := not_portable(name):
            problems.add(
                "path.not-portable",
                f"{name!r} cannot exist on every system: {reason}",
                hint="rename it with letters, digits, '-', '_' and '.'",
                where=contents.where(name),
            )
        elif len(name) > _LONGEST:
            problems.add(
                "path.too-long",
                f"{name[:40]}… has {len(name)} characters",
                hint=f"stay below {_LONGEST}",
                where=contents.where(name),
            )
        first = seen.setdefault(name.rstrip("/").casefold(), name)
        if first.rstrip("/") != name.rstrip("/"):
            problems.add(
                "path.case-collision",
                f"{name!r} and {first!r} differ in case only",
                hint="rename one of them",
                where=contents.where(name),
            )


def is_unsafe(name: str) -> bool:
    """Whether a member's name is absolute, or climbs out of the folder with ``..``."""
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or steps[0] == "" or bool(re.match(r"[A-Za-z]:", name))


def not_portable(name: str) -> str:
    """Why a relative path is impossible on some system; ``""`` if it is not."""
    if match := _FORBIDDEN.search(name):
        return f"it has {match[0]!r}"
    for step in name.rstrip("/").split("/"):
        if not step:
            return "a part of it is empty"
        if _DEVICE.fullmatch(step):
            return f"{step!r} is a device on Windows"
        if step not in (".", "..") and step != step.rstrip(". "):
            return f"{step!r} ends with a dot or a blank"
    return ""
