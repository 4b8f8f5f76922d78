"""Invisible characters and bidirectional overrides, which must not be in short texts such as names.

They make a text look like another one, or change the order of the text around it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial

#: Control and format characters, surrogates, private ones, line separators. Unassigned characters
#: are not among them: they are visible, and a later Unicode may assign them.
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: Unassigned, but invisible by the standard (Default_Ignorable_Code_Point).
_IGNORABLE = (range(0x2065, 0x2066), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE1000))
#: Invisible in every version of Unicode, though not by their category: fillers and blank letters.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
#: Select the form of a Mongolian letter.
_MONGOLIAN_VARIANTS = frozenset("\u180b\u180c\u180d\u180f")
_MONGOLIAN = range(0x1820, 0x18AB)
#: Join and separate letters: needed in Persian and in Indic scripts, and between emoji.
_NON_JOINER, _JOINER = "\u200c", "\u200d"
#: Set the direction of a sign beside right-to-left letters, and reorder nothing else.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u061c")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_EMOJI_STYLE = "\ufe0f"
#: The keys of a phone, each with a keycap around it.
_KEYCAP, _KEYS = "\u20e3", frozenset("0123456789#*")
#: Emoji by their presentation, whose category is not that of a symbol.
_EMOJI_SIGNS = frozenset("‼⁉〰↔◽◾⤴⤵➕➖➗")
#: All emoji since Unicode 6; later ones are unassigned for older Pythons.
_EMOJI = range(0x1F000, 0x1FB00)
#: The flags of England, Scotland and Wales end in these tags. Other tags can hide a text.
_FLAG = "\U0001f3f4"
_FLAG_TAGS = tuple(
    "".join(chr(0xE0000 + ord(letter)) for letter in code) + "\U000e007f"
    for code in ("gbeng", "gbsct", "gbwls")
)
#: Scripts with joining letters, from Arabic to Mongolian.
_JOINING = range(0x0600, 0x18B0)


def find_invisible(text: str, *, is_prose: bool = False) -> tuple[int, str] | None:
    """Return index and value of the first character that a short text must not have, or ``None``.

    Prose may have the marks that right-to-left text needs, and joiners at the end of a word.
    """
    if text.isascii() and text.isprintable():
        return None
    is_refused = _checker(text, is_prose=is_prose)
    for index, character in enumerate(text):
        if is_refused(index, character):
            return index, character
    return None


def show_invisible(text: str) -> str:
    """Return the text with those characters replaced by their code points, such as ``[U+202E]``."""
    return _replace(text, lambda character: f"[{code_point(character)}]")


def remove_invisible(text: str, *, is_prose: bool = False) -> str:
    """Return the text without those characters."""
    return _replace(text, lambda _: "", is_prose=is_prose)


def code_point(character: str) -> str:
    """Return ``U+202E`` for a character."""
    return f"U+{ord(character):04X}"


def describe_invisible(character: str) -> str:
    """Return code point and name of a character: ``U+202E (right-to-left override)``."""
    name = unicodedata.name(character, "").lower()
    return f"{code_point(character)} ({name})" if name else code_point(character)


def _replace(text: str, replacement: Callable[[str], str], *, is_prose: bool = False) -> str:
    # Again, because a joiner can depend on a character that was replaced.
    while find_invisible(text, is_prose=is_prose) is not None:
        is_refused = _checker(text, is_prose=is_prose)
        text = "".join(
            replacement(character) if is_refused(index, character) else character
            for index, character in enumerate(text)
        )
    return text


def _checker(text: str, *, is_prose: bool) -> Callable[[int, str], bool]:
    """Return a function that returns whether the character at an index of the text is refused."""
    if not is_prose:
        return partial(_is_refused, text)
    is_right_to_left = any(map(_is_right_to_left, text))

    def is_refused(index: int, character: str) -> bool:
        if character in _DIRECTION_MARKS:
            return not is_right_to_left
        if character in {_NON_JOINER, _JOINER} and index and _is_joining(text[index - 1]):
            return False
        return _is_refused(text, index, character)

    return is_refused


def _is_refused(text: str, index: int, character: str) -> bool:
    if character.isascii():
        return not character.isprintable()
    before = text[index - 1] if index else ""
    after = text[index + 1 : index + 2]
    if character in {_NON_JOINER, _JOINER}:
        if _is_joining(before) and _is_joining(after):
            return False
        return character == _NON_JOINER or not (_is_emoji(before) and _is_emoji(after))
    if character == _EMOJI_STYLE:
        if before in _KEYS:
            return after != _KEYCAP
        return before == _EMOJI_STYLE or not _is_emoji(before)
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True
    if any(ord(character) in one for one in _IGNORABLE):
        return not _is_in_flag(text, index)
    if character in _MONGOLIAN_VARIANTS:
        return not (before and ord(before) in _MONGOLIAN)
    return character in FILLERS or unicodedata.category(character) in _CATEGORIES


def _is_in_flag(text: str, index: int) -> bool:
    """Return whether the character is one of the tags of a flag."""
    longest = max(map(len, _FLAG_TAGS))
    start = text.rfind(_FLAG, max(0, index - longest), index) + 1
    tags = next((tags for tags in _FLAG_TAGS if start and text.startswith(tags, start)), "")
    return index < start + len(tags)


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in _RIGHT_TO_LEFT and (
        unicodedata.category(character) == "Lo"
    )


def _is_joining(character: str) -> bool:
    return bool(character) and (
        ord(character) in _JOINING and unicodedata.category(character)[0] in "LM"
    )


def _is_emoji(character: str) -> bool:
    return bool(character) and (
        ord(character) in _EMOJI
        or character in _EMOJI_SIGNS
        or character == _EMOJI_STYLE
        or unicodedata.category(character) in {"So", "Sk"}
    )
