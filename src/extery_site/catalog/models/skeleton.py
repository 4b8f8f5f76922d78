"""Skeletons of ids and names: equal for those that people confuse, such as ``l00m`` and ``loom``."""

from __future__ import annotations

import unicodedata

MAX_SKELETON_LENGTH = 200

#: Letters of other scripts, digits and signs -> the Latin letter that looks like them, after casefold.
_LOOKALIKES = str.maketrans(
    {
        # Digits and signs.
        "0": "o",
        "1": "l",
        "i": "l",
        "|": "l",
        "!": "l",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "$": "s",
        "@": "a",
        # Latin letters that do not decompose.
        "\u0131": "l",
        "\u0142": "l",
        "\u00f8": "o",
        "\u0111": "d",
        "\u00e6": "ae",
        "\u0153": "oe",
        # Cyrillic.
        "\u0430": "a",
        "\u0432": "b",
        "\u0435": "e",
        "\u043a": "k",
        "\u043c": "m",
        "\u043d": "h",
        "\u043e": "o",
        "\u0440": "p",
        "\u0441": "c",
        "\u0442": "t",
        "\u0443": "y",
        "\u0445": "x",
        "\u0456": "l",
        "\u0458": "j",
        "\u0455": "s",
        "\u0501": "d",
        "\u051b": "q",
        "\u051d": "w",
        "\u04bb": "h",
        "\u04cf": "l",
        "\u0475": "v",
        "\u0261": "g",
        # Greek.
        "\u03b1": "a",
        "\u03b2": "b",
        "\u03b5": "e",
        "\u03b7": "n",
        "\u03b9": "l",
        "\u03ba": "k",
        "\u03bd": "v",
        "\u03bf": "o",
        "\u03c1": "p",
        "\u03c4": "t",
        "\u03c5": "u",
        "\u03c7": "x",
    }
)
#: Pairs that look like one letter.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def skeleton(text: str) -> str:
    """Return the text without case, accents, separators and look-alikes: ``l00m`` is ``loom``."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(
        character for character in decomposed if unicodedata.category(character)[0] in "LNS"
    )
    plain = letters.translate(_LOOKALIKES)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain[:MAX_SKELETON_LENGTH]
