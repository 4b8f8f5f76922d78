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
# The first date that the format can store; archives without dates (such as ours) have it.
_NO_DATE = "1980-01-01"


def read_metadata(package: Package) -> dict[str, Any]:
    """Return the metadata of an open package with a valid manifest; keys without a value are left out.

    ``date`` is the day of its newest file, ``changes`` the newest section of its changelog, ``icon`` a ``data:``
    URL, ``theme_styles`` the style of its picture, and ``contrast`` a level and a sentence. Members that cannot
    be read are ignored.
    """
    metadata: dict[str, Any] = {"date": _date(package), "changes": _changes(package)}
    if package.manifest.type == THEME.name:
        metadata |= _theme(package)
    if "theme_styles" not in metadata:
        metadata["icon"] = _icon(package)
    return {key: value for key, value in metadata.items() if value}


def _theme(package: Package) -> dict[str, Any]:
    from extery.package.theme_colors import ThemeColors, contrast_verdict
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
    """Return the icon beside the manifest as a ``data:`` URL; empty if it is too large for a page."""
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
    """Return the first section of a changelog that has text, with its heading.

    A title above all sections, its text, and empty sections are skipped.
    """
    lines = _lines(text)
    level = _section_level(lines)
    section: list[str] = []
    is_inside = level == 0
    for depth, line in lines:
        if depth and depth <= level:
            if any(section[1:]):
                break
            is_inside, section = depth == level, [line]
        elif is_inside:
            section.append(line)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(section)).strip()
    if len(text) > _CHANGELOG_LENGTH:
        text = text[:_CHANGELOG_LENGTH].rsplit(None, 1)[0] + " …"
    return text


def _section_level(lines: list[tuple[int, str]]) -> int:
    """Return the level of the headings of versions; 0 if there are no headings."""
    headings = [(depth, line) for depth, line in lines if depth]
    if not headings:
        return 0
    levels = sorted({depth for depth, _ in headings})
    highest = [line for depth, line in headings if depth == levels[0]]
    is_title = len(highest) == 1 and not re.search(r"\d", highest[0])
    return levels[1] if is_title and len(levels) > 1 else levels[0]


def _lines(text: str) -> list[tuple[int, str]]:
    """Return each line with its level as a heading, or 0; reads Markdown, and underlines as in reStructuredText."""
    lines = [line.rstrip() for line in text.lstrip("\ufeff").splitlines()]
    underlines: list[str] = []
    levels: list[tuple[int, str]] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        heading = _HEADING.fullmatch(line)
        underline = _UNDERLINE.fullmatch(following)
        if heading:
            # A regular expression would take hours for a million of #.
            levels.append((len(heading[1]), heading[2].rstrip("#").rstrip()))
        elif underline and line and not line[0].isspace() and not _UNDERLINE.fullmatch(line):
            if underline[1] not in underlines:
                underlines.append(underline[1])
            levels.append((underlines.index(underline[1]) + 1, line))
        elif not _UNDERLINE.fullmatch(line):
            levels.append((0, re.sub(r"^(\s*)[*+-]\s+", r"\1• ", line)))
    return levels


def _read(package: Package, name: str, limit: int) -> bytes:
    try:
        return package.read_file(name, limit=limit)
    except (ExteryError, KeyError):
        return b""
