"""Values from outside in messages: on one line, with a bounded length."""

from __future__ import annotations

from collections.abc import Iterable

MAX_VALUE_LENGTH = 72


def quote_value(value: object) -> str:
    """Return the ``repr`` of a value, shortened to `MAX_VALUE_LENGTH` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # An integer of thousands of digits or deeply nested lists: Python limits both.
        return "one that is too long to show"
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:68]}…{text[-1]}"


def closest_match(word: str, known: Iterable[str]) -> str:
    """Return the item of ``known`` that ``word`` may be a misspelling of, ignoring case, or an empty string."""
    # Imported here: needed only for problems.
    from difflib import get_close_matches

    by_lower = {item.lower(): item for item in known}
    matches = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else ""
