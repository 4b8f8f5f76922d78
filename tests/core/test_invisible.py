"""Invisible characters and bidirectional overrides in short texts."""

from __future__ import annotations

import pytest

from extery.core.invisible import find_invisible, show_invisible


@pytest.mark.parametrize(
    "character",
    "\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u2800"
    "\u034f\u115f\u180e\ufff9\U000e0041\ufe00\ufe0f\n\t\0\x7f\x85\u2028\ue000",
)
@pytest.mark.parametrize("text", ["Gear{}Tool", "{}Gear", "Gear{}"])
def test_an_invisible_character_is_found_and_shown(text: str, character: str) -> None:
    whole = text.format(character)
    assert find_invisible(whole) == (text.index("{"), character)
    assert show_invisible(whole) == text.format(f"[U+{ord(character):04X}]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Gear Tool",
        "Zahnrad-Überarbeiter №\u00a02",
        "می\u200cخواهم",
        "क्\u200dष",
        "עברית",
        "العربية",
        "歯車ツール",
        "👩\u200d🚀 Rocket ❤\ufe0f",
        "👍🏽",
    ],
)
def test_text_of_every_script_is_allowed(text: str) -> None:
    assert find_invisible(text) is None
    assert show_invisible(text) == text
