"""Metadata of a package for the page of a repository, in addition to its entry: pictures, dates, changes.

It is JSON that depends on nothing but the package, so `extery.repository.cache` stores it; the format of the
cache changes with it.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from extery.core.errors import ExteryError
from extery.core.types import THEME
from extery.package import Package

_ICONS = {"icon.png": b"\x89PNG\r\n\x1a\n", "icon.webp": b"RIFF"}
_ICON_BYTES = 8 * 1024
_CHANGELOGS = re.compile(r"(?:changelog|changes|history|news)(?:\.(?:md|txt|rst))?", re.IGNORECASE)
_CHANGELOG_BYTES = 1 << 20
_CHANGELOG_LENGTH = 600
_HEADING = re.compile(r"(#{1,6})\s*(.*)")
_UNDERLINE = re.compile(r"([=\-~^])\1{2,}\s*")
_XML_BYTES = 4 << 20
# Where an archive has no dates (ours have none), they say the first day of the format.
_NO_DATE = "1980-01-01"


def read_metadata(package: Package) -> dict[str, Any]:
    """The facts of an open package with a good manifest; only those that there are.

    ``date``: the day of its newest file. ``changes``: the newest section of its changelog.
    ``icon``: a ``data:`` address. ``theme_styles``: those of its picture; ``contrast``: a level and a
    sentence. A member that cannot be read is left out, as if it were not there.
    """
    facts: dict[str, Any] = {"date": _date(package), "changes": _changes(package)}
    if package.manifest.type == THEME.name:
        facts |= _theme(package)
    if "theme_styles" not in facts:
        facts["icon"] = _icon(package)
    return {key: value for key, value in facts.items() if value}


def _theme(package: Package) -> dict[str, Any]:
    from extery.repository.page.theme_colors import ThemeColors, contrast_verdict
    from extery.repository.page.theme_preview import styles

    names = THEME.main_files(package.names)
    data = _read(package, names[0], _XML_BYTES) if len(names) == 1 else b""
    theme = ThemeColors.parse(data) if data else None
    if theme is None:
        return {}
    return {
        "theme_styles": styles(theme) or "--view:#3d3d3d",
        "contrast": contrast_verdict(theme.contrasts),
    }


def _icon(package: Package) -> str:
    """The icon beside the manifest as an address of its own, if it is small enough for a page."""
    for name, magic in _ICONS.items():
        data = _read(package, name, _ICON_BYTES) if name in package.names else b""
        if data.startswith(magic):
            kind = name.rpartition(".")[2]
            return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return ""


def _date(package: Package) -> str:
    newest = max((member.modified for member in package.members), default=(1980, 1, 1))
    date = "{:04}-{:02}-{:02}".format(*newest)
    return "" if date <= _NO_DATE else date


def _changes(package: Package) -> str:
    names = sorted(n for n in package.names if _CHANGELOGS.fullmatch(n))
    data = _read(package, names[0], _CHANGELOG_BYTES) if names else b""
    return newest_section(data.decode("utf-8", "replace"))


def newest_section(text: str) -> str:
    """The first section of a changelog that says something: its heading, and what changed.

    A title over all sections and the words below it are none; neither is a section in which
    nothing stands yet.
    """
    lines = _lines(text)
    level = _section_level(lines)
    found: list[str] = []
    is_inside = level == 0
    for depth, line in lines:
        if depth and depth <= level:
            if any(found[1:]):
                break
            is_inside, found = depth == level, [line]
        elif is_inside:
            found.append(line)
    shown = re.sub(r"\n{3,}", "\n\n", "\n".join(found)).strip()
    if len(shown) > _CHANGELOG_LENGTH:
        shown = shown[:_CHANGELOG_LENGTH].rsplit(None, 1)[0] + " …"
    return shown


def _section_level(lines: list[tuple[int, str]]) -> int:
    """The level of the headings that name versions; 0 where there are no headings."""
    headings = [(depth, line) for depth, line in lines if depth]
    if not headings:
        return 0
    levels = sorted({depth for depth, _ in headings})
    highest = [line for depth, line in headings if depth == levels[0]]
    is_title = len(highest) == 1 and not re.search(r"\d", highest[0])
    return levels[1] if is_title and len(levels) > 1 else levels[0]


def _lines(text: str) -> list[tuple[int, str]]:
    """Each line with its level as a heading, or 0: Markdown, or reStructuredText's underlines."""
    lines = [line.rstrip() for line in text.lstrip("\ufeff").splitlines()]
    underlines: list[str] = []
    found: list[tuple[int, str]] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        heading = _HEADING.fullmatch(line)
        underline = _UNDERLINE.fullmatch(following)
        if heading:
            # Not by the expression: on a million of # it would take hours.
            found.append((len(heading[1]), heading[2].rstrip("#").rstrip()))
        elif underline and line and not line[0].isspace() and not _UNDERLINE.fullmatch(line):
            if underline[1] not in underlines:
                underlines.append(underline[1])
            found.append((underlines.index(underline[1]) + 1, line))
        elif not _UNDERLINE.fullmatch(line):
            found.append((0, re.sub(r"^(\s*)[*+-]\s+", r"\1• ", line)))
    return found


def _read(package: Package, name: str, limit: int) -> bytes:
    try:
        return package.read_file(name, limit=limit)
    except (ExteryError, KeyError):
        return b""
