"""The words of a search and of what is found by it, in the same form: the only place that knows this form."""

from __future__ import annotations

import re

from extery_site.search.queries import MAX_WORDS

_MODIFIERS = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "strg": "ctrl",
    "shift": "shift",
    "alt": "alt",
    "option": "alt",
    "cmd": "cmd",
    "command": "cmd",
    "oskey": "cmd",
    "super": "cmd",
    "win": "cmd",
    "any": "any",
}
_ORDER = ("ctrl", "shift", "alt", "cmd", "any")
_DIGITS = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
_DIRECTIONS = {
    "import": "import",
    "importer": "import",
    "importing": "import",
    "open": "import",
    "export": "export",
    "exporter": "export",
    "exporting": "export",
    "save": "export",
}
_EXTENSION = re.compile(r"\.?([a-z0-9_]{1,16})")
_WORD = re.compile(r"\w+")
_SEPARATORS = re.compile(r"[\s+_-]+")


def words_of(text: str) -> list[str]:
    """Return the words of a label, in lower case."""
    return _WORD.findall(text.casefold())


def shortcut_phrase(text: str) -> str:
    """Return keys in their usual order, ``ctrl shift q`` for ``Shift+Ctrl+Q``; empty without a modifier or a key."""
    modifiers: set[str] = set()
    rest: list[str] = []
    for part in filter(None, _SEPARATORS.split(text.casefold())):
        if part in _MODIFIERS and not rest:
            modifiers.add(_MODIFIERS[part])
        else:
            rest.append(_DIGITS.get(part, part))
    if not modifiers or not rest:
        return ""
    return " ".join([*(one for one in _ORDER if one in modifiers), *rest])


def format_phrase(direction: str, extension: str) -> str:
    """Return ``import psk`` for a file format; empty if one of them is none."""
    found = _EXTENSION.fullmatch(extension.casefold())
    known = _DIRECTIONS.get(direction.casefold(), "")
    return f"{known} {found[1]}" if known and found else ""


def search_phrases(text: str) -> list[str]:
    """Return what a search may mean as a whole: keys, or the import or export of a file format."""
    words = text.split()[:MAX_WORDS]
    phrases = [shortcut_phrase(text)]
    if len(words) == 2:
        phrases += [format_phrase(*words), format_phrase(words[1], words[0])]
    return [phrase for phrase in phrases if phrase]
