"""Checks of texts and of lists of texts, the same for several fields."""

from __future__ import annotations

import re
from typing import Any, TypeGuard

from extery.core.text import quote_value
from extery.manifest.schemas.checking import FieldContext, limit_problems, type_name

MAX_SHORT_TEXT = 64
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_CLOSING_BRACKETS = ")]}"


def check_text(value: str, check: FieldContext) -> None:
    """Check a line of text that must not be empty."""
    check_line(value, check)


def check_line(value: str, check: FieldContext, *steps: str | int, **subject: str) -> bool:
    """Check a line of text that must not be empty; return whether it is valid.

    ``subject`` are values for the messages if the text is a part of the field.
    """
    # Blanks are the only printable white space.
    if value.isprintable() and value and " " not in (value[0], value[-1]):
        return True
    stripped = value.strip()
    if not stripped:
        check.add("empty", *steps, **subject)
        return False
    is_valid = True
    if value != stripped:
        is_valid = False
        values = {"value": quote_value(value), "corrected": quote_value(stripped)}
        check.add("outer-whitespace", *steps, **values, **subject)
    if match := CONTROL_CHARACTER.search(value):
        is_valid = False
        check.add(
            "control-character",
            *steps,
            character=f"U+{ord(match[0]):04X}",
            position=match.start() + 1,
            **subject,
        )
    return is_valid


def check_short_text(value: str, check: FieldContext, *steps: str | int, **subject: str) -> None:
    """Check a line of at most `MAX_SHORT_TEXT` characters without punctuation at its end."""
    if len(value) > MAX_SHORT_TEXT:
        check.add(
            "too-long",
            *steps,
            maximum=MAX_SHORT_TEXT,
            length=len(value),
            excess=len(value) - MAX_SHORT_TEXT,
            **subject,
        )
    if not check_line(value, check, *steps, **subject):
        return
    last = value[-1]
    if not (last.isalnum() or last in _CLOSING_BRACKETS):
        check.add("trailing-punctuation", *steps, character=last, **subject)


def check_is_string(item: object, check: FieldContext, index: int) -> TypeGuard[str]:
    """Check the type of an item of a list; return whether it is a string."""
    if type(item) is str:
        return True
    check.add("wrong-type-item", index, type=type_name(item), value=quote_value(item))
    return False


def check_string_item(item: object, check: FieldContext, index: int) -> bool:
    """Check that an item of a list is a string with text in it; return whether it is."""
    if not check_is_string(item, check, index):
        return False
    if item.strip():
        return True
    check.add("blank-item", index)
    return False


def check_strings(value: list[Any], check: FieldContext) -> None:
    """Check a list of strings, which may be empty."""
    for item in value:
        if type(item) is not str or not item.strip():
            break
    else:  # nearly always
        return
    for index, item in enumerate(limit_problems(value, check.problems)):
        check_string_item(item, check, index)


def check_some_strings(value: list[Any], check: FieldContext) -> None:
    """Check a list of strings, which must not be empty."""
    if value:
        check_strings(value, check)
    else:
        check.add("empty")
