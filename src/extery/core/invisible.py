"""Invisible characters and bidirectional overrides, which must not be in short texts such as names.

They make a text look like another one, or change the order of the text around it.
"""

from __future__ import annotations

import unicodedata

#: Control and format characters, surrogates, private ones, line separators. Unassigned characters
#: are not among them: they are visible, and a later Unicode may assign them.
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: Unassigned, but invisible by the standard (Default_Ignorable_Code_Point).
_IGNORABLE = (range(0x2065, 0x2066), range(0xFFF0, 0xFFF9), range(0xE0000, 0xE1000))
#: Invisible in every version of Unicode, though not by their category: fillers and blank letters.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_OTHERS = FILLERS | frozenset("\u180b\u180c\u180d\u180f")
#: Join and separate letters: needed in Persian and in Indic scripts, and between emoji.
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_EMOJI_STYLE = "\ufe0f"
#: Scripts with joining letters, from Arabic to Mongolian.
_JOINING = range(0x0600, 0x18B0)


def find_invisible(text: str) -> tuple[int, str] | None:
    """Return index and value of the first character that a short text must not have, or ``None``."""
    if text.isascii() and text.isprintable():
        return None
    for index, character in enumerate(text):
        if _is_refused(text, index, character):
            return index, character
    return None


def show_invisible(text: str) -> str:
    """Return the text with those characters replaced by their code points, such as ``[U+202E]``."""
    if find_invisible(text) is None:
        return text
    return "".join(
        f"[{code_point(character)}]" if _is_refused(text, index, character) else character
        for index, character in enumerate(text)
    )


def code_point(character: str) -> str:
    """Return ``U+202E`` for a character."""
    return f"U+{ord(character):04X}"


def _is_refused(text: str, index: int, character: str) -> bool:
    before = text[index - 1] if index else ""
    after = text[index + 1 : index + 2]
    if character in {_NON_JOINER, _JOINER}:
        if _is_joining(before) and _is_joining(after):
            return False
        return character == _NON_JOINER or not (_is_emoji(before) and _is_emoji(after))
    if character == _EMOJI_STYLE:
        return not _is_emoji(before)
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return True
    if any(ord(character) in one for one in _IGNORABLE):
        return True
    return character in _OTHERS or unicodedata.category(character) in _CATEGORIES


def _is_joining(character: str) -> bool:
    return bool(character) and (
        ord(character) in _JOINING and unicodedata.category(character)[0] in "LM"
    )


def _is_emoji(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in {"So", "Sk"} or character == _EMOJI_STYLE
    )
