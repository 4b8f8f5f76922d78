"""Edits of the text of a manifest. All other text stays as it is: comments, order, notation and line ends.

The text must be valid TOML, and so is the result, or `InapplicableEdit` is raised.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence

from extery.manifest.positions import Offsets, TomlPath, find_comments, find_offsets

_SIMPLE_KEY = re.compile(r"""(?:[A-Za-z0-9_-]+|"[^"\\\n]*"|'[^'\n]*')[ \t]*=[ \t]*""")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANKS = re.compile(r"[ \t]*")
#: A list on one line that becomes longer than this is written with a line for each item.
MAX_LINE = 100


class InapplicableEdit(Exception):
    """The text is not what an edit expects, or the edit would lose or change something else."""


class LostComment(InapplicableEdit):
    """The edit would lose a comment."""


def set_value(text: str, path: TomlPath, value: str | Sequence[str]) -> str:
    """Return the text with another value at ``path``; a string keeps its kind of quotes where it can."""
    place = _find(text, path)
    old = text[place.value : place.end]
    return _checked(text, text[: place.value] + as_toml(value, like=old) + text[place.end :])


def rename_key(text: str, path: TomlPath, name: str) -> str:
    """Return the text with another name of the key at ``path``, which must not be dotted or a header."""
    place = _find(text, path)
    written = text[place.key : place.value]
    if not _SIMPLE_KEY.fullmatch(written):
        raise InapplicableEdit
    equals = written[len(written.rstrip("= \t")) :]
    return _checked(text, text[: place.key] + name + equals + text[place.value :])


def remove(text: str, path: TomlPath) -> str:
    """Return the text without the key, the table or the item of a list at ``path``; comments stay.

    A table that exists only by dotted keys, as ``a`` in ``a.b = 1``, has no text of its own and is not removed.
    """
    places = find_offsets(text)
    place = _find(text, path)
    if place.key == place.end and text[place.key : place.key + 1] != "[":
        raise InapplicableEdit
    if isinstance(path[-1], int) or _is_inline(text, places, path[:-1]):
        return _checked(text, _without_item(text, places, path))
    if place.key == place.value and text[place.key : place.key + 1] == "[":
        return _checked(text, _without_table(text, places, path))
    return _checked(text, _without(text, place.key, place.end))


def add_field(text: str, key: str, value: str | Sequence[str]) -> str:
    """Return the text with a new field behind the others, in front of the first table."""
    return add_statement(text, f"{key} = {as_toml(value)}")


def add_statement(text: str, statement: str, *, table: str = "") -> str:
    """Return the text with a key and its value behind the others of ``table``, or of the fields of the manifest."""
    return _checked(text, _with_statement(text, statement, table))


def move_key(text: str, path: TomlPath, *, table: str) -> str:
    """Return the text with a key, its value and the comment on its line in another table; ``""`` is the manifest."""
    place = _find(text, path)
    line_end = _line_end(text, place.end)
    rest = text[place.end : line_end].rstrip()
    is_alone = not _is_inline(text, find_offsets(text), path[:-1])
    comment = rest if is_alone and rest.lstrip().startswith("#") else ""
    statement = f"{path[-1]} = {text[place.value : place.end]}"
    end = place.end + len(comment)
    if is_alone:
        without = _without(text, place.key, end)
    else:
        without = _without_item(text, find_offsets(text), path)
    return _checked(text, _with_statement(without, statement + comment, table))


def append_items(text: str, path: TomlPath, items: Sequence[str]) -> str:
    """Return the text with more items at the end of a list, each on a line if the others are or one gets too long."""
    place, last = _find(text, path), _last_child(find_offsets(text), path)
    if text[place.value : place.value + 1] != "[":
        raise InapplicableEdit
    old = text[place.value : place.end]
    line_start = text.rfind("\n", 0, place.key) + 1
    if last is None or "\n" not in old:
        written = [
            *(text[one.value : one.end] for one in _children(text, path)),
            *map(as_toml, items),
        ]
        new = f"[{', '.join(written)}]"
        if place.value - line_start + len(new) > MAX_LINE and not _is_inline(
            text, find_offsets(text), path[:-1]
        ):
            newline = _newline(text)
            new = f"[{newline}{''.join(f'  {item},{newline}' for item in written)}]"
        return _checked(text, text[: place.value] + new + text[place.end :])
    return _checked(text, _with_lines(text, last, [as_toml(item) for item in items]))


def _children(text: str, path: TomlPath) -> list[Offsets]:
    places = find_offsets(text)
    return sorted(place for name, place in places.items() if name[:-1] == path)


def _with_lines(text: str, last: Offsets, items: Sequence[str]) -> str:
    """Return the text with items behind the last one of a list of several lines."""
    comma = _gap_end(text, last.end)
    after = comma + 1 if text[comma] == "," else last.end
    rest = text[after : _line_end(text, after)].rstrip()
    end = after + len(rest) if rest.lstrip().startswith("#") else after
    before = text[text.rfind("\n", 0, last.value) + 1 : last.value]
    indent = before if not before.strip() else "  "
    lines = "".join(f"{_newline(text)}{indent}{item}," for item in items)
    return text[:after] + ("" if after > comma else ",") + text[after:end] + lines + text[end:]


def _checked(before: str, after: str) -> str:
    """Return the text after an edit; raises `InapplicableEdit` if it is not TOML, `LostComment` if it lacks a comment."""
    try:
        tomllib.loads(after)
        comments, known = find_comments(after), find_comments(before)
    except (ValueError, RecursionError) as error:
        raise InapplicableEdit from error
    for comment in known:
        if comment not in comments:
            raise LostComment
        comments.remove(comment)
    return after


def _find(text: str, path: TomlPath) -> Offsets:
    place = find_offsets(text).get(path)
    if place is None:
        raise InapplicableEdit
    return place


def as_toml(value: str | Sequence[str], like: str = "") -> str:
    """Return a string or a list of strings as TOML; JSON has the same notation except for one character."""
    if isinstance(value, str):
        is_literal = like.startswith("'") and not like.startswith("'''")
        if is_literal and value.isprintable() and "'" not in value:
            return f"'{value}'"
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return f"[{', '.join(as_toml(item) for item in value)}]"


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_end(text: str, offset: int) -> int:
    """Return the offset of the line feed behind ``offset``, or of the end of the text."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found


def _gap_end(text: str, offset: int) -> int:
    """Return the offset behind the white space and comments at ``offset``."""
    match = _GAP.match(text, offset)
    return match.end() if match else offset


def _is_inline(text: str, places: dict[TomlPath, Offsets], path: TomlPath) -> bool:
    place = places.get(path) if path else None
    return place is not None and place.end > place.value and text[place.value] == "{"


def _last_child(places: dict[TomlPath, Offsets], path: TomlPath) -> Offsets | None:
    children = (place for name, place in places.items() if name[:-1] == path)
    return max(children, key=lambda place: place.value, default=None)


def _without(text: str, start: int, end: int) -> str:
    """Return the text without a part of it, and without the line if nothing is left on it."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, _line_end(text, end)
    before, behind = text[line_start:start], text[end:line_end]
    if not before.strip() and not behind.strip():
        return text[:line_start] + text[line_end + 1 :]
    if not before.strip() and behind.lstrip().startswith("#"):
        return text[:start] + behind.lstrip() + text[line_end:]
    return text[:start] + text[end:]


def _without_item(text: str, places: dict[TomlPath, Offsets], path: TomlPath) -> str:
    """Return the text without an item of a list, or a key of an inline table, and its comma."""
    place = places[path]
    siblings = sorted(other for name, other in places.items() if name[:-1] == path[:-1])
    comma = _gap_end(text, place.end)
    if text[comma] == ",":
        if "#" in text[place.end : comma]:
            return text[: place.key] + text[place.end : comma] + text[comma + 1 :]
        end = _BLANKS.match(text, comma + 1).end()  # type: ignore[union-attr] # it matches anything
        is_last_on_line = text[end : end + 1] in ("\r", "\n", "#")
        return _without(text, place.key, comma + 1 if is_last_on_line else end)
    number = siblings.index(place)
    previous = siblings[number - 1].end if number else place.key
    start = place.key if "#" in text[previous : place.key] else previous
    return _without(text, start, place.end)


def _without_table(text: str, places: dict[TomlPath, Offsets], path: TomlPath) -> str:
    """Return the text without a table with a header that has plain keys only."""
    inside = [place for name, place in places.items() if name[:-1] == path]
    deeper = [
        name
        for name, place in places.items()
        if name[: len(path)] == path and len(name) > len(path) + 1
    ]
    if any(place.key == place.value for place in inside) or any(
        isinstance(name[-1], str) for name in deeper
    ):
        raise InapplicableEdit
    for place in sorted(inside, reverse=True):
        text = _without(text, place.key, place.end)
    header = places[path].key
    end = header + len(text[header : _line_end(text, header)].partition("]")[0]) + 1
    return _without(text, header, end)


def _with_statement(text: str, statement: str, table: str) -> str:
    """Return the text with a line behind the last key of a table, or of the manifest's own fields."""
    places = find_offsets(text)
    newline = _newline(text)
    if not table:
        fields = [p for name, p in places.items() if len(name) == 1 and p.end > p.value]
        at = _line_end(text, max(place.end for place in fields)) + 1 if fields else 0
        return _with_line(text, at, statement, newline)
    place = places.get((table,))
    if place is None:
        missing = "" if text.endswith("\n") or not text else newline
        return f"{text}{missing}{newline}[{table}]{newline}{statement}{newline}"
    last = _last_child(places, (table,))
    if place.end > place.value:
        if "#" in statement or text[place.value] != "{":
            raise InapplicableEdit
        if last is None:
            return f"{text[: place.value]}{{ {statement} }}{text[place.end :]}"
        return f"{text[: last.end]}, {statement}{text[last.end :]}"
    if text[place.key] != "[" or text.startswith("[[", place.key):
        raise InapplicableEdit
    end = last.end if last and last.end > last.value else place.key
    indent = text[text.rfind("\n", 0, last.key) + 1 : last.key] if last and end != place.key else ""
    return _with_line(text, _line_end(text, end) + 1, indent + statement, newline)


def _with_line(text: str, at: int, line: str, newline: str) -> str:
    head = text[:at]
    if head and not head.endswith("\n"):
        head += newline
    return f"{head}{line}{newline}{text[at:]}"
