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
#: No file lies deeper; names in a zip have at most 65,535 characters.
_DEEPEST = 100
_MOST_PROBLEMS = 100


def check(contents: Contents, problems: ProblemList) -> None:
    _check_folders(contents, problems)
    seen: dict[str, str] = {}
    before = len(problems)
    for info in contents.infos:
        if len(problems) - before >= _MOST_PROBLEMS:
            break  # whoever has repaired so many will look again
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


def _check_folders(contents: Contents, problems: ProblemList) -> None:
    """Note what is a file and, because something lies below it, a folder too: it cannot be unpacked."""
    names = [info.orig_filename for info in contents.infos]
    files = {name for name in names if not name.endswith("/")}
    folders = {
        "/".join(steps[:depth])
        for steps in (name.split("/") for name in names)
        for depth in range(1, min(len(steps), _DEEPEST))
    }
    for name in sorted(files & folders)[:_MOST_PROBLEMS]:
        problems.add(
            "path.file-and-folder",
            f"{name!r} is a file, and has files below it",
            hint="rename one of them, and pack it again",
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
