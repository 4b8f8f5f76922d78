"""Template tags of cards, tiles and rows: Blender range, age, permissions, and the drawing of a theme.

Model instances are passed as plain objects: this module imports no app.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from extery.core.invisible import show_invisible
from extery.core.types import ADD_ON
from extery.core.versions import (
    BLENDER_SERIES,
    BlenderVersion,
    blender_version_of_number,
    format_series,
    number_of_blender_version,
    parse_blender_version,
    short_blender_version,
)
from extery_site.ui import labels
from extery_site.ui.templatetags.extery_pages import icon

register = template.Library()

#: Ratings from which on an average says something.
MIN_RATINGS = 5
#: How long an extension without enough ratings is called new.
NEW = timedelta(days=30)
_COLOUR = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?")
#: Marks that structure a line of Markdown; links and emphasis keep their words.
_MARKS = re.compile(r"^[\s>#*+-]+|[*`_]{1,3}|!?\[|\]\([^()\s]{0,300}\)|^\d{1,3}[.)]\s")
_MAX_NOTES, _MAX_LINE = 1000, 120
_STRIP = ("view", "pan", "but", "sli", "act", "sel", "pant")


@register.filter
def blender_range(version: Any) -> str:
    """Return the Blenders of a version for a card: ``4.2 – 4.5``, or ``4.2 or newer``."""
    low = short_blender_version(blender_version_of_number(version.blender_min))
    if version.blender_max is None:
        return f"{low} or newer"
    last = _last_before(blender_version_of_number(version.blender_max))
    return low if last == low else f"{low} – {last}"


@register.filter
def is_older_for(version: Any, blender: str) -> bool:
    """Return whether the newest version is not for this Blender: a list of what fits has it by an older version."""
    if not blender:
        return False
    number = _number(blender)
    maximum = version.blender_max
    return bool(version.blender_min > number or (maximum is not None and number >= maximum))


def _number(blender: str) -> int:
    """Return the number of a Blender version that a form has checked."""
    return number_of_blender_version(parse_blender_version(blender))


def _last_before(maximum: BlenderVersion) -> str:
    """Return the last series below a maximum, such as ``4.5`` for 5.0.0."""
    if maximum[2]:
        return f"{maximum[0]}.{maximum[1]}.{maximum[2] - 1}"
    below = [series for series in BLENDER_SERIES if series < maximum[:2]]
    known = below and maximum[:2] <= _next(BLENDER_SERIES[-1])
    return format_series(below[-1]) if known else f"below {short_blender_version(maximum)}"


def _next(series: tuple[int, int]) -> tuple[int, int]:
    return series[0] + 1, 0


@register.simple_tag
def time_ago(time: datetime | None) -> SafeString:
    """Render how long ago a time was, as ``2 h ago``, with the whole date for those who point at it."""
    if time is None:
        return SafeString("")
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        time.isoformat(timespec="seconds"),
        f"{time.day} {time:%B %Y}",
        _ago(timezone.now() - time),
    )


def _ago(age: timedelta) -> str:
    hours, days = max(0, int(age.total_seconds())) // 3600, age.days
    if hours < 1:
        return "just now"
    if days < 1:
        return f"{hours} h ago"
    if days < 14:
        return f"{days} d ago"
    return f"{days // 7} w ago" if days < 365 else f"{days // 365} y ago"


@register.filter
def what_is_new(extension: Any) -> str:
    """Return the first line of the release notes without marks of Markdown, or the tagline."""
    notes = extension.newest_version.release_notes[:_MAX_NOTES]
    lines = (_MARKS.sub("", line).strip() for line in notes.splitlines())
    line = next((line for line in lines if any(map(str.isalpha, line))), extension.tagline)
    return show_invisible(line if len(line) <= _MAX_LINE else f"{line[: _MAX_LINE - 1]}…")


@register.simple_tag
def card_rating(extension: Any) -> SafeString:
    """Render the rating of an extension; with too few ratings ``new`` while it is, and otherwise nothing."""
    if extension.rating_count >= MIN_RATINGS:
        return format_html(
            '<span class="card-stars" title="{} ratings">{} {}<span class="unseen"> of 5 stars</span></span>',
            extension.rating_count,
            icon("star-full"),
            f"{extension.rating_score:.1f}",
        )
    since = extension.approved_at
    if since is not None and timezone.now() - since < NEW:
        return SafeString('<span class="card-new">new</span>')
    return SafeString("")


@register.simple_tag
def permission_glyphs(extension: Any) -> SafeString:
    """Render a glyph for each permission that the newest version declares, or one that it declares none."""
    version = extension.newest_version
    if version is None:
        return SafeString("")
    if not version.permissions:
        shape = "plug" if extension.type == ADD_ON.name else "shield"
        return _glyph(shape, "Asks for no permission", "none")
    known = [labels.PERMISSIONS[name] for name in version.permissions if name in labels.PERMISSIONS]
    return format_html_join(
        "", "{}", ((_glyph(one.icon, f"Permission: {one.title}", "asked"),) for one in known)
    )


def _glyph(shape: str, text: str, kind: str) -> SafeString:
    return format_html(
        '<span class="glyph glyph-{}" title="{}">{}<span class="unseen">{}</span></span>',
        kind,
        text,
        icon(shape),
        text,
    )


@register.simple_tag
def theme_window(colours: Mapping[str, str] | None) -> SafeString:
    """Render a small window of Blender in the colours of a theme; nothing without them.

    ``colours`` are those of `extery.package.theme_colors.PREVIEW_ROLES`. Written as attributes: the pages allow no styles.
    """
    use = _opaque(colours)
    if use is None:
        return SafeString("")
    boxes = (
        *(("gap", 0, 0, 320, 180), ("bar", 0, 0, 320, 13), ("tab", 40, 3, 34, 10)),
        *(("view", 0, 14, 212, 106), ("tool2", 6, 22, 11, 11), ("tool", 6, 35, 11, 11)),
        *(("tool", 6, 48, 11, 11), ("nod", 0, 122, 212, 58), ("out", 214, 14, 106, 50)),
        *(("row", 214, 34, 106, 9), ("prop", 214, 66, 106, 114), ("pan", 222, 74, 92, 60)),
        *(("num", 262, 82, 46, 9), ("num", 262, 94, 46, 9), ("sli", 262, 106, 30, 9)),
        *(("but", 228, 119, 80, 10), ("pan", 222, 140, 92, 34), ("chk", 228, 146, 8, 8)),
        *(("box", 20, 134, 44, 32), ("in", 20, 134, 44, 7), ("box", 88, 130, 44, 32)),
        *(("mid", 88, 130, 44, 7), ("box", 154, 138, 44, 32), ("end", 154, 138, 44, 7)),
    )
    lines = (
        *(
            ("bart", "M8 7h10M24 7h10", 2),
            ("tabt", "M46 8h20", 2),
            ("grid", "M24 100 190 60M20 62l170 44", 1),
        ),
        *(
            ("x", "M20 96 196 54", 1),
            ("y", "M60 42 180 112", 1),
            ("outt", "M222 22h40M230 30h30M230 49h26M230 58h34", 2),
        ),
        *(
            ("rowt", "M230 39h34", 2),
            ("pant", "M228 86h24M228 98h16M228 110h20M242 150h34M228 164h50", 2),
        ),
        *(("butt", "M252 124h32", 2), ("nodw", "M64 150c14 0 12-6 24-6M132 146c12 0 10 8 22 8", 2)),
    )
    drawn = [
        *(_box(use[name], *place) for name, *place in boxes),
        *(_line(use[name], shape, width) for name, shape, width in lines),
        SafeString(
            '<path fill="#c4c4c4" d="M92 58 116 49l24 9-26 9z"/><path fill="#8e8e8e" d="m92 58 22 9v30L92 86z"/>'
        ),
        SafeString('<path fill="#6d6d6d" d="m114 67 26-9v28l-26 11z"/>'),
        _line(use["act"], "M92 58 116 49l24 9v28l-26 11-22-11z", 2),
    ]
    return format_html(
        '<svg class="card-picture" viewBox="0 0 320 180" width="320" height="180" role="img" aria-label="{}">{}</svg>',
        "Blender’s window in the colours of this theme",
        format_html_join("", "{}", ((one,) for one in drawn)),
    )


@register.simple_tag
def theme_strip(colours: Mapping[str, str] | None) -> SafeString:
    """Render the main colours of a theme side by side."""
    use = _opaque(colours)
    if use is None:
        return SafeString("")
    boxes = [_box(use[name], at * 40, 0, 40, 16) for at, name in enumerate(_STRIP)]
    return format_html(
        '<svg class="swatches" viewBox="0 0 {} 16" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        len(_STRIP) * 40,
        format_html_join("", "{}", ((one,) for one in boxes)),
    )


def _opaque(colours: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """Return the colours without those that are none; ``None`` if there are none at all."""
    if not colours:
        return None
    return _Colours({name: text for name, text in colours.items() if _COLOUR.fullmatch(text)})


class _Colours(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "#808080"


def _box(colour: str, x: int, y: int, width: int, height: int) -> SafeString:
    box = '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>'
    return format_html(box, x, y, width, height, colour)


def _line(colour: str, shape: str, width: int) -> SafeString:
    line = '<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>'
    return format_html(line, shape, colour, width)
