"""Texts that people write, checked where they are stored; and hashes as people read them.

The forms of the pages have the same limits; programs come without a form.
"""

from __future__ import annotations

from extery.core.errors import InvalidInput, Where

#: Descriptions, release notes.
MOST_IN_A_PAGE = 20_000
#: Comments, and reasons of decisions.
MOST_IN_A_REASON = 10_000
#: Blender shows the reason of a block, and every listing carries it.
MOST_IN_A_BLOCK = 2_000


def checked_text(text: str, *, field: str, most: int) -> str:
    """The text without white space around it.

    Raises `InvalidInput` for one that is too long, or that not every database can hold.
    """
    text = text.strip()
    where = Where(path=(field,))
    if len(text) > most:
        raise InvalidInput.of(
            "request.too-large",
            f"{field} has {len(text):,} characters, and this site takes at most {most:,}",
            hint="shorten it",
            where=where,
        )
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInput.of(
            "request.bad-value",
            f"{field} contains NUL or an unpaired surrogate",
            hint="enter it again as plain text",
            where=where,
        )
    return text
