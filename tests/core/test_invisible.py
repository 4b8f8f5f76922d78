"""Invisible characters and bidirectional overrides in short texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extery.core.invisible import (
    describe_invisible,
    find_invisible,
    remove_invisible,
    show_invisible,
)


@pytest.mark.parametrize(
    "character",
    "\u202a\u202e\u2066\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u2800"
    "\u034f\u115f\u180b\u180e\ufff9\U000e0041\ufe00\ufe0f\n\t\0\x7f\x85\u2028\ue000",
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
        "1\ufe0f\u20e3 Click",
        "Mirror \u2194\ufe0f",
        "🙂\u200d\u2194\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Tartan",
        "\U0001fae9\ufe0f",
        "ᠭ\u180bᠠ",
    ],
)
def test_text_of_every_script_is_allowed(text: str) -> None:
    assert find_invisible(text) is None
    assert show_invisible(text) == text


def test_tags_that_are_no_flag_hide_a_text() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "run")
    assert find_invisible(f"🏴{hidden}\U000e007f") == (1, hidden[0])


@pytest.mark.parametrize(
    "text",
    ["عربي C++\u200e", "גלגל ‎(3D)\u200f", "تولید چرخ\u200c دنده", "۱۴۰۳ ه\u200d.ش"],
    ids=["arabic-mark", "hebrew-mark", "non-joiner-at-the-end", "joiner-before-a-dot"],
)
def test_prose_may_have_the_marks_of_its_script(text: str) -> None:
    assert find_invisible(text, is_prose=True) is None
    assert find_invisible(text) is not None


@pytest.mark.parametrize(
    "text", ["Gear\u200e", "Gear\u200cTool", "عربي\u202eabc", "ع\u2066x", "ع\u200bx"]
)
def test_prose_has_no_override_and_no_mark_without_need(text: str) -> None:
    assert find_invisible(text, is_prose=True) is not None


def test_an_invisible_character_is_named_and_removed() -> None:
    assert describe_invisible("\u202e") == "U+202E (right-to-left override)"
    assert describe_invisible("\ue000") == "U+E000"
    assert remove_invisible("Gear\u202e T\u200bool") == "Gear Tool"


_SIGNS = "a1# \u202e\u200b\u200c\u200d\u200e\ufe0f\u20e3\u180b\u3164\U000e0067\U000e007fعᠭक❤🚀🏴"


@given(st.text(st.sampled_from(_SIGNS)), st.booleans())
def test_nothing_is_left_to_remove(text: str, is_prose: bool) -> None:
    rest = remove_invisible(text, is_prose=is_prose)

    assert find_invisible(rest, is_prose=is_prose) is None
    assert (rest == text) == (find_invisible(text, is_prose=is_prose) is None)
    assert find_invisible(show_invisible(text)) is None


@pytest.mark.parametrize("text", ["a\ufe0f\u200d🚀", "🏴\U000e0067"])
def test_a_character_that_depends_on_a_removed_one_is_removed(text: str) -> None:
    assert remove_invisible(text) == text[0] + ("🚀" if "🚀" in text else "")


@pytest.mark.parametrize("unit", ["\u202e", "\U000e0067", "\ufe0f", "ع\u200c", "a\ufe0f\u200d🚀"])
def test_long_texts_are_checked_in_linear_time(unit: str) -> None:
    text = "a" + unit * 60_000
    assert remove_invisible(text, is_prose=True) is not None
    assert show_invisible(text)
