"""Values from outside in messages: on one line, with a bounded length."""

from __future__ import annotations

from collections.abc import Iterable

MAX_VALUE_LENGTH = 72
#: Maximum length of messages of other programs.
MAX_MESSAGE_LENGTH = 300


def quote_value(value: object) -> str:
    """Return the ``repr`` of a value, shortened to `MAX_VALUE_LENGTH` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # An integer of thousands of digits or deeply nested lists: Python limits both.
        return "one that is too long to show"
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:68]}…{text[-1]}"


def clean_message(text: str) -> str:
    """Return a message of another program on one line, without control characters and bounded."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(text.split())
    if len(line) <= MAX_MESSAGE_LENGTH:
        return line
    return f"{line[: MAX_MESSAGE_LENGTH - 1]}…"


def os_error_text(error: OSError) -> str:
    """Return the operating system's description of an error, cleaned."""
    return clean_message(error.strerror or str(error) or type(error).__name__)


def closest_match(word: str, known: Iterable[str]) -> str:
    """Return the item of ``known`` that ``word`` may be a misspelling of, ignoring case, or an empty string."""
    # Imported here: needed only for problems.
    from difflib import get_close_matches

    by_lower = {item.lower(): item for item in known}
    matches = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[matches[0]] if matches else ""
