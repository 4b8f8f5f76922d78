"""Draws a social card: 1200 by 630 pixels, with the name, the tagline, the author and the picture of an extension.

All texts are from strangers: they are shortened and bounded before they are drawn. What no font of the machine can draw is
replaced (the name by the id) or left out.
"""

from __future__ import annotations

import io
import unicodedata

from PIL import Image, ImageDraw, ImageOps

from extery.core.invisible import remove_invisible
from extery_site.sharing.card import Card
from extery_site.sharing.fonts import Font, font_for

WIDTH, HEIGHT = 1200, 630
_MARGIN, _PICTURE = 72, (456, 342)
_PAPER, _SURFACE, _LINE = "#f5f2ea", "#fffdf8", "#ddd7c8"
_INK, _SOFT, _GREEN, _SPARK = "#1a201d", "#505952", "#0a6656", "#f2b134"
#: Characters of a text that are looked at.
_MAX_TEXT = 300
#: Marks on a letter; more of them grow out of the line.
_MAX_MARKS = 2


def draw(card: Card) -> bytes:
    """Return the PNG of a card."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((28, 28, WIDTH - 29, HEIGHT - 29), 28, _SURFACE, _LINE, 2)
    has_picture = bool(card.picture) and _paste(image, card.picture)
    width = WIDTH - 2 * _MARGIN - (_PICTURE[0] + 40 if has_picture else 0)
    _draw_brand(pen, card.site)
    at = _write(pen, card.name, 64, _INK, (_MARGIN, 168), width, 3, fallback=card.fallback)
    left = (HEIGHT - 160 - (at + 20)) // 40
    _write(pen, card.tagline, 32, _SOFT, (_MARGIN, at + 20), width, min(3, left))
    _write(pen, card.author, 28, _INK, (_MARGIN, HEIGHT - 150), WIDTH - 2 * _MARGIN, 1)
    _write(pen, card.facts, 28, _GREEN, (_MARGIN, HEIGHT - 106), WIDTH - 2 * _MARGIN, 1)
    buffer = io.BytesIO()
    # Texts need few colours; those of a picture would change the others.
    (image if has_picture else image.quantize(64)).save(buffer, "PNG")
    return buffer.getvalue()


def _paste(image: Image.Image, picture: bytes) -> bool:
    """Paste the picture at the right; return whether it could be read."""
    try:
        with Image.open(io.BytesIO(picture), formats=("WEBP", "PNG", "JPEG")) as opened:
            if opened.width * opened.height > 4_000_000:
                return False
            fitted = ImageOps.fit(opened.convert("RGB"), _PICTURE)
    except (OSError, ValueError, SyntaxError):
        return False
    mask = Image.new("L", _PICTURE, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, _PICTURE[0] - 1, _PICTURE[1] - 1), 20, 255)
    image.paste(fitted, (WIDTH - _MARGIN - _PICTURE[0], 120), mask)
    return True


def _draw_brand(pen: ImageDraw.ImageDraw, site: str) -> None:
    x, y = _MARGIN, 76
    pen.rounded_rectangle((x, y, x + 52, y + 52), 13, _GREEN)
    pen.rectangle((x + 13, y + 11, x + 40, y + 41), _SURFACE)
    pen.rectangle((x + 21, y + 19, x + 40, y + 33), _GREEN)
    pen.rounded_rectangle((x + 21, y + 23, x + 58, y + 30), 3, _SPARK)
    _write(pen, site, 32, _INK, (x + 76, y + 6), 900, 1)


def _write(
    pen: ImageDraw.ImageDraw,
    text: str,
    size: int,
    colour: str,
    at: tuple[int, int],
    width: int,
    max_lines: int,
    *,
    fallback: str = "",
) -> int:
    """Write a text in at most so many lines; return the height at which it ends."""
    text = clean(text)
    font = font_for(text, size)
    if font is None or not text:
        text = clean(fallback)
        font = font_for(text, size)
    x, y = at
    if not text or font is None:
        return y
    for line in wrap(text, font, width, max_lines):
        is_rtl = unicodedata.bidirectional(line[0]) in ("R", "AL")
        pen.text(
            (x + width if is_rtl else x, y), line, colour, font, anchor="ra" if is_rtl else "la"
        )
        y += round(size * 1.25)
    return y


def clean(text: str) -> str:
    """Return a text that can be drawn: one line, bounded, without invisible characters, symbols no font has, and piles of marks."""
    kept: list[str] = []
    marks = 0
    for letter in remove_invisible(" ".join(text[: 4 * _MAX_TEXT].split()))[:_MAX_TEXT]:
        category = unicodedata.category(letter)
        marks = marks + 1 if category.startswith("M") else 0
        is_unknown_symbol = category in ("So", "Cn", "Co", "Cs") and font_for(letter, 20) is None
        if marks <= _MAX_MARKS and not is_unknown_symbol:
            kept.append(letter)
    return " ".join("".join(kept).split())


def wrap(text: str, font: Font, width: int, max_lines: int) -> list[str]:
    """Break a text at spaces, and words that are too long anywhere; what does not fit ends with ``…``."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < max_lines:
        taken = _fitting(rest, font, width)
        if taken < len(rest) and len(lines) < max_lines - 1:
            space = rest.rfind(" ", 0, taken + 1)
            taken = space if space > 0 else taken
        lines.append(rest[:taken].strip())
        rest = rest[taken:].strip()
    if rest and lines:
        last = lines[-1]
        while last and font.getlength(f"{last}…") > width:
            last = last[:-1]
        lines[-1] = f"{last.rstrip()}…"
    return lines


def _fitting(text: str, font: Font, width: int) -> int:
    """Return how many characters of a text fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low
