"""The fonts that social cards are drawn with: those of the machine, and that of Pillow, which has Latin letters only.

A text is drawn with the first font that has all its letters. No font is downloaded, and none is part of Extery.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont, features

#: Names of font files, bold ones first; the first that has the letters is used.
_NAMES = (
    *("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "arialbd.ttf"),
    *("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf"),
    *("wqy-zenhei.ttc", "DroidSansFallbackFull.ttf", "YuGothB.ttc", "msyh.ttc", "malgun.ttf"),
    *("Hiragino Sans GB.ttc", "AppleSDGothicNeo.ttc", "Arial Unicode.ttf"),
    *("NotoSansArabic-Bold.ttf", "NotoSansHebrew-Bold.ttf", "NotoSansDevanagari-Bold.ttf"),
    *("NotoSansThai-Bold.ttf", "NotoSansBengali-Bold.ttf", "NotoSansTamil-Bold.ttf"),
    *("NotoSansGeorgian-Bold.ttf", "NotoSansArmenian-Bold.ttf", "NotoSansEthiopic-Bold.ttf"),
)
_FOLDERS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
    "win32": ("C:/Windows/Fonts",),
}
#: Files that are looked at below a folder with fonts.
_MAX_FILES = 20_000
#: A code point that no font has: what is drawn for it stands for a missing letter.
_MISSING = "\U000effff"
#: Directions of letters that need shaping to be legible.
_RIGHT_TO_LEFT = {"R", "AL"}

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=1)
def _files() -> tuple[Path, ...]:
    """Return the fonts of this machine by `_NAMES`; looked for once in a process."""
    found = {path.name: path for path in _all_files() if path.name in _NAMES}
    return tuple(found[name] for name in _NAMES if name in found)


def _all_files() -> Iterator[Path]:
    left = _MAX_FILES
    for folder in _FOLDERS.get(sys.platform, _FOLDERS["linux"]):
        for path in Path(folder).rglob("*.[to]t[fc]"):
            left -= 1
            if left < 0:
                return
            yield path


@lru_cache(maxsize=64)
def _load(path: Path | None, size: int) -> Font | None:
    try:
        return ImageFont.load_default(size) if path is None else ImageFont.truetype(str(path), size)
    except OSError:  # damaged, or removed
        return None


def font_for(text: str, size: int) -> Font | None:
    """Return the first font with all letters of a text; ``None`` if there is none, or the text cannot be shaped."""
    if not is_shapeable(text):
        return None
    for path in (*_files(), None):
        font = _load(path, size)
        if font is not None and all(_has(path, letter) for letter in set(text)):
            return font
    return None


def is_shapeable(text: str) -> bool:
    """Whether letters of this text can be put in order: right-to-left ones need libraqm with FriBiDi."""
    directions = {unicodedata.bidirectional(letter) for letter in text}
    return not directions & _RIGHT_TO_LEFT or (
        bool(features.check("raqm")) and bool(features.check("fribidi"))
    )


@lru_cache(maxsize=20_000)
def _has(path: Path | None, letter: str) -> bool:
    if letter.isspace():
        return True
    font = _load(path, 20)
    if font is None:
        return False
    drawn = font.getmask(letter)
    return bytes(drawn) != _missing(path) or drawn.getbbox() is None


@lru_cache(maxsize=64)
def _missing(path: Path | None) -> bytes:
    font = _load(path, 20)
    return bytes(font.getmask(_MISSING)) if font is not None else b""
