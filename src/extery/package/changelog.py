"""The section of a version in a package's changelog: a heading with the number, up to the next one of its level."""

from __future__ import annotations

import re

from extery.core.errors import ExteryError
from extery.package.reader import Package

#: Names of changelogs, in lower case, beside the manifest.
FILENAMES = ("changelog.md", "changelog.txt", "changelog", "changes.md")
#: Bytes of a changelog that are read, and characters of a section that are kept.
MAX_BYTES = 256_000
MAX_SECTION = 20_000
_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")


def read_notes(package: Package, version: str) -> tuple[str, str]:
    """Return the name of a package's changelog and its section of a version; empty texts without one.

    A changelog that is too large or no text has no section.
    """
    for name in package.names:
        if name.lower() not in FILENAMES:
            continue
        try:
            data = package.read_file(name, limit=MAX_BYTES)
        except ExteryError:
            continue
        notes = section_of(data.decode("utf-8-sig", errors="replace"), version)
        if notes:
            return name, notes
    return "", ""


def section_of(text: str, version: str) -> str:
    """Return what a changelog says about a version, without its heading; empty if it says nothing.

    The heading has the number as a word of its own, such as ``## [1.2.0] - 2026-11-29`` or ``Version 1.2.0`` underlined.
    """
    lines = text[:MAX_BYTES].splitlines()
    number = re.compile(rf"(?<![\w.+-])v?{re.escape(version)}(?![\w+]|[.-]\w)")
    found: list[str] = []
    level = 0
    is_code = False
    skip_underline = False
    for place, line in enumerate(lines):
        if line.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        heading = None if is_code else _heading(lines, place)
        if level and heading and heading[0] <= level:
            break
        if level:
            if not (skip_underline and _UNDERLINE.match(line)):
                found.append(line)
            skip_underline = False
        elif heading and number.search(heading[1]):
            level = heading[0]
            skip_underline = not line.startswith("#")
    notes = "\n".join(found).strip()
    return notes if len(notes) <= MAX_SECTION else notes[: MAX_SECTION - 1].rstrip() + "…"


def _heading(lines: list[str], place: int) -> tuple[int, str] | None:
    """Return level and text of the heading that starts in a line, if one does."""
    line = lines[place]
    if match := _HEADING.match(line[:500]):
        return len(match[1]), match[2]
    following = lines[place + 1] if place + 1 < len(lines) else ""
    if line.strip() and not line.startswith((" ", "\t", "-", "*", ">")) and len(line) <= 200:
        under = _UNDERLINE.match(following)
        if under and len(under[1]) >= 3:
            return (1 if under[1][0] == "=" else 2), line.strip()
    return None
