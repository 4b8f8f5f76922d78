"""Values as the fields of entries."""

from __future__ import annotations

from collections.abc import Iterable

from extery.inventory.model import FieldValue
from extery.inventory.values import Value

#: Characters of a text, and items of a list, that an entry keeps.
MAX_TEXT = 300
MAX_ITEMS = 100


def field_of(value: Value | None) -> FieldValue:
    """Return the field for a value: ``None`` if it is not known, ``""`` if it is not stated."""
    if value is None:
        return ""
    if value.kind == "str":
        return value.text[:MAX_TEXT]
    if value.kind == "none":
        return ""
    if value.kind == "bool":
        return value.text == "True"
    if value.kind == "number":
        return _number(value.text)
    if value.kind == "list":
        texts = [label_of(item) for item in value.items[:MAX_ITEMS]]
        return tuple(texts) if value.is_complete and all(texts) else None
    return label_of(value) or None


def label_of(value: Value) -> str:
    """Return a function, class or name of others as people write it; ``""`` if it is not known."""
    if value.kind in ("str", "number"):
        return value.text[:MAX_TEXT]
    if value.kind == "own":
        return value.text.rpartition(":")[2]
    if value.kind == "name":
        return value.text.removeprefix("builtins.")[:MAX_TEXT]
    return ""


def text_of(value: Value | None) -> str:
    """Return a text, ``""`` for all other values."""
    return value.text[:MAX_TEXT] if value is not None and value.kind == "str" else ""


def joined(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts, each once, in their order."""
    return tuple(dict.fromkeys(texts))[:MAX_ITEMS]


def _number(text: str) -> FieldValue:
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return None
