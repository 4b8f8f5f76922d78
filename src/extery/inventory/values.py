"""Values of expressions in the code of an extension, and what operators make of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from extery.analysis.declarations import Expression

#: Items of a list that are kept.
MAX_ITEMS = 2_000


class Value(NamedTuple):
    """The value of an expression.

    ``kind`` is ``str``, ``number``, ``bool`` or ``none`` with its ``text``; ``list`` or ``dict`` (keys and values in turn) with ``items``, all of
    them if ``is_complete``; ``own`` for a class or function of the extension, as ``path.py:name``; ``module`` with the path of one;
    ``name`` for a path of names of others; ``call`` with the path of what is called, ``items`` and ``keys`` as in an expression; ``instance`` of an own class with the same; or ``unknown``.
    """

    kind: str
    text: str = ""
    items: tuple[Value, ...] = ()
    keys: tuple[str, ...] = ()
    is_complete: bool = True

    def argument(self, index: int, name: str) -> Value | None:
        """Return an argument of a call by its index or its name."""
        positional = len(self.items) - len(self.keys)
        if 0 <= index < positional:
            return self.items[index]
        if name in self.keys:
            return self.items[positional + self.keys.index(name)]
        return None


UNKNOWN = Value("unknown")
Variables = Mapping[str, Value]
NO_VARIABLES: Variables = {}


def joined_list(values: list[Value], expression: Expression) -> Value:
    """Return a list with the items of those with a star in it."""
    items: list[Value] = []
    is_complete = True
    for value, one in zip(values, expression.items, strict=True):
        if one.kind != "star":
            items.append(value)
        elif value.kind == "list":
            items += value.items
            is_complete = is_complete and value.is_complete
        else:
            is_complete = False
    return Value("list", "", tuple(items[:MAX_ITEMS]), is_complete=is_complete)


def joined_text(values: list[Value]) -> Value:
    """Return the text of an f-string; with unknown parts it is unknown, and has the known ones as its text."""
    if all(value.kind in ("str", "number") for value in values):
        return Value("str", "".join(value.text for value in values))
    return Value(
        "unknown", "".join(v.text if v.kind in ("str", "number") else "{}" for v in values)
    )


def joined_sum(values: list[Value]) -> Value:
    if len(values) != 2:
        return UNKNOWN
    kinds = {value.kind for value in values}
    if kinds == {"str"}:
        return joined_text(values)
    if "list" in kinds and kinds <= {"list", "unknown", "call"}:
        items = [item for value in values if value.kind == "list" for item in value.items]
        is_complete = kinds == {"list"} and all(value.is_complete for value in values)
        return Value("list", "", tuple(items[:MAX_ITEMS]), is_complete=is_complete)
    return joined_text(values) if "str" in kinds else UNKNOWN


def item_of(base: Value, key: Value) -> Value:
    if base.kind == "dict":
        return dict_method(base, "get", (key,))
    if base.kind == "list" and key.kind == "number" and key.text.isdigit():
        index = int(key.text)
        return base.items[index] if index < len(base.items) and base.is_complete else UNKNOWN
    if base.kind == "name" and key.kind == "str":
        return Value("name", f"{base.text}[{key.text!r}]")
    return UNKNOWN


def dict_method(owner: Value, method: str, arguments: tuple[Value, ...]) -> Value:
    keys, values = owner.items[::2], owner.items[1::2]
    if method == "keys":
        return Value("list", "", keys)
    if method == "values":
        return Value("list", "", values)
    if method == "items":
        pairs = zip(keys, values, strict=True)
        return Value("list", "", tuple(Value("list", "", pair) for pair in pairs))
    if not arguments or arguments[0].kind not in ("str", "number"):
        return UNKNOWN
    found = [value for key, value in zip(keys, values, strict=True) if key == arguments[0]]
    if found:
        return found[-1]
    if any(key.kind == "unknown" for key in keys):
        return UNKNOWN
    return arguments[1] if len(arguments) > 1 else Value("none")
