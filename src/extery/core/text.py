"""Values from outside in messages: on one line, with a bounded length."""

from __future__ import annotations

MAX_VALUE_LENGTH = 72


def quote_value(value: object) -> str:
    """Return the ``repr`` of a value, shortened to `MAX_VALUE_LENGTH` characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # An integer of thousands of digits or deeply nested lists: Python limits both.
        return "one that is too long to show"
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:68]}…{text[-1]}"
