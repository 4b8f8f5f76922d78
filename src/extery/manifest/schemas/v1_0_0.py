"""The rules of manifest schema 1.0.0, field by field, in the order in which Blender checks.

The same rules hold for ``blender_manifest.toml`` and for the entries of a listing. Two
readings: strict is what an author must satisfy, lenient what every client must accept. Only
``tagline``, ``copyright``, ``permissions`` and the Blender versions differ between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from extery.core.errors import ProblemList
from extery.core.text import quote_value
from extery.core.types import ADD_ON, BY_NAME, NAMES, PERMISSIONS
from extery.core.versions import Version
from extery.manifest.schemas.checking import FieldContext, Locate, limit_problems

TERSE_LENGTH = 64

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CLOSING_BRACKETS = ")]}"
_TYPE_NAMES = {str: "a string", list: "a list", dict: "a table", bool: "a boolean", int: "a number", float: "a number"}  # fmt: skip

ValidTags = Mapping[str, Collection[str]]


def check_fields(
    table: Mapping[str, Any],
    problems: ProblemList,
    *,
    locate: Locate,
    strict: bool,
    valid_tags: ValidTags | None = None,
) -> None:
    """Note everything that is wrong with ``table``; ``valid_tags`` as type -> tags, or no check."""
    permissions = _permissions_of(table.get("type"))
    for field, (kind, required, rule) in FIELDS.items():
        check = FieldContext(field, problems, locate, strict, permissions)
        if field not in table:
            if required:
                check.add(
                    "missing", f"{field} is missing", f"add a line such as: {EXAMPLES[field]}"
                )
            continue
        value = table[field]
        if kind is not None and type(value) is not kind:
            check.add(
                "wrong-type",
                f"{field} must be {_TYPE_NAMES[kind]}, found {_type_name(value)}: {quote_value(value)}",
                f"write it as: {EXAMPLES[field]}",
            )
            continue
        rule(value, check)
    if valid_tags is not None:
        _check_known_tags(table, valid_tags, FieldContext("tags", problems, locate, strict))


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    return _TYPE_NAMES.get(type(value), "a date or time")


def _id(value: str, check: FieldContext) -> None:
    example = re.sub(r"\W+", "_", value).strip("_").lower() or "gear_tool"
    example = re.sub(r"__+", "_", f"_{example}" if example[0].isdigit() else example)
    hint = (
        f"use letters, digits and single underscores, for example {quote_value(example.strip('_'))}"
    )
    if not value.isidentifier():
        check.add(
            "not-identifier", f"id must be a Python identifier, found {quote_value(value)}", hint
        )
    if "__" in value:
        check.add(
            "double-underscore",
            f"id must not have two underscores in a row, found {quote_value(value)}",
            hint,
        )
    if value.startswith("_") or value.endswith("_"):
        check.add(
            "outer-underscore",
            f"id must not begin or end with an underscore, found {quote_value(value)}",
            hint,
        )


def _semantic_version(value: str, check: FieldContext) -> None:
    try:
        Version.parse(value)
    except ValueError:
        check.add(
            "bad-version",
            f"{check.field} must be a semantic version, found {quote_value(value)}",
            f"write three numbers without leading zeros, for example {_as_semantic(value)!r}",
        )


def _as_semantic(value: str) -> str:
    numbers = [part[:9].lstrip("0") or "0" for part in re.findall(r"[0-9]+", value)[:3]]
    return ".".join([*numbers, "0", "0"][:3]) if numbers else "1.0.0"


def _line(value: str, check: FieldContext, *steps: str | int, name: str = "") -> bool:
    """One line of text that is not empty; says whether it is."""
    name = name or check.field
    if not value.strip():
        hint = "fill it in" if FIELDS[check.field].required else "fill it in or leave it out"
        check.add("empty", f"{name} must not be empty", hint, *steps)
        return False
    found = len(check.problems)
    if value != value.strip():
        check.add(
            "outer-whitespace",
            f"{name} must not begin or end with white space, found {quote_value(value)}",
            f"write {quote_value(value.strip())}",
            *steps,
        )
    if match := _CONTROL.search(value):
        check.add(
            "control-character",
            f"{name} must not have control characters, found U+{ord(match[0]):04X} at character {match.start() + 1}",
            "write it as one line of plain text",
            *steps,
        )
    return len(check.problems) == found


def _text(value: str, check: FieldContext) -> None:
    _line(value, check)


def _terse(value: str, check: FieldContext, *steps: str | int, name: str = "") -> None:
    name = name or check.field
    if len(value) > TERSE_LENGTH:
        check.add(
            "too-long",
            f"{name} must have at most {TERSE_LENGTH} characters, found {len(value)}",
            f"shorten it by {len(value) - TERSE_LENGTH}, details belong into the description",
            *steps,
        )
    if not _line(value, check, *steps, name=name):
        return
    if not (value[-1].isalnum() or value[-1] in _CLOSING_BRACKETS):
        check.add(
            "trailing-punctuation",
            f"{name} must not end with punctuation, found {quote_value(value[-1])} at the end",
            f"remove the {value[-1]!r}",
            *steps,
        )


def _tagline(value: str, check: FieldContext) -> None:
    if check.strict:
        _terse(value, check)
    elif not value.strip():
        check.add("empty", "tagline must not be empty", "fill it in")


def _type(value: str, check: FieldContext) -> None:
    if value not in BY_NAME:
        meant = next((name for name in NAMES if name in value.lower()), ADD_ON.name)
        check.add(
            "unknown-type",
            f"type must be {' or '.join(map(repr, NAMES))}, found {quote_value(value)}",
            f'write type = "{meant}"',
        )


def _strings(value: list[Any], check: FieldContext) -> None:
    """A list of strings with text in them; may be empty."""
    for index, item in limit_problems(enumerate(value), check.problems):
        if _is_string(item, check, index) and not item.strip():
            _blank_item(check, index)


def _blank_item(check: FieldContext, index: int) -> None:
    check.add("blank-item", f"{check.field} must not have blank items", "remove the item", index)


def _is_string(item: object, check: FieldContext, index: int) -> bool:
    if type(item) is str:
        return True
    message = (
        f"{check.field} must be a list of strings, found {_type_name(item)}: {quote_value(item)}"
    )
    check.add("wrong-type-item", message, "put it in quotes", index)
    return False


def _some_strings(value: list[Any], check: FieldContext) -> None:
    if value:
        _strings(value, check)
        return
    hint = (
        "name at least one"
        if FIELDS[check.field].required
        else "name at least one, or leave the field out"
    )
    check.add("empty", f"{check.field} must not be an empty list", hint)


def _blender_version(value: str, check: FieldContext) -> None:
    parts = value.split(".")
    if not all(part.isdigit() for part in parts):
        kind = "not-numbers"
    elif check.strict and len(parts) != 3:
        kind = "not-three-numbers"
    else:
        return
    check.add(
        kind,
        f"{check.field} must be a version of three numbers, found {quote_value(value)}",
        f"write {_as_semantic(value if any(map(str.isdigit, value)) else '4.2')!r}",
    )


def _blender_version_or_empty(value: str, check: FieldContext) -> None:
    if value:
        _blender_version(value, check)


def _copyright(value: list[Any], check: FieldContext) -> None:
    if not check.strict:
        _strings(value, check)
        return
    for index, item in limit_problems(enumerate(value), check.problems):
        if not _is_string(item, check, index):
            continue
        if not item.strip():
            _blank_item(check, index)
            continue
        years, _, name = item.partition(" ")
        first, dash, last = years.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            check.add(
                "bad-year",
                f"copyright must begin with a year or two, found {quote_value(item)}",
                "write 'YEAR NAME' or 'YEAR-YEAR NAME', for example '2023-2025 Ada Smith'",
                index,
            )
        elif not name.strip():
            check.add(
                "missing-name",
                f"copyright must have a name after the year, found {quote_value(item)}",
                f"write for example {quote_value(f'{years} Ada Smith')}",
                index,
            )


def _permissions_of(type_: object) -> Collection[str]:
    known = BY_NAME.get(type_) if isinstance(type_, str) else None
    return known.permissions if known else PERMISSIONS


def _permissions(value: Any, check: FieldContext) -> None:
    if check.strict:
        _strict_permissions(value, check)
    if isinstance(value, list):
        for index, item in limit_problems(enumerate(value), check.problems):
            _is_string(item, check, index)
    elif check.strict:
        return
    elif isinstance(value, dict):
        for key, reason in limit_problems(value.items(), check.problems):
            if type(reason) is not str:
                _reason_type(key, reason, check)
    else:
        _not_a_table(value, check)


def _strict_permissions(value: Any, check: FieldContext) -> None:
    if not isinstance(value, dict):
        _not_a_table(value, check)
        return
    for key, reason in limit_problems(value.items(), check.problems):
        if key not in check.permissions:
            known = ", ".join(check.permissions)
            check.add(
                "unknown-key",
                f"permissions has the key {quote_value(key)}, known are {known}",
                _closest(key, check.permissions)
                or "remove it, or use the permission it is part of",
                key,
            )
        if type(reason) is not str:
            _reason_type(key, reason, check)
        elif key in PERMISSIONS:
            _terse(reason, check, key, name=f"the reason for {quote_value(key)}")


def _not_a_table(value: Any, check: FieldContext) -> None:
    items = value if isinstance(value, list) else [value]
    names = [item for item in items if item in check.permissions] or ["files"]
    lines = "; ".join(f'{name} = "Why it is needed"' for name in names)
    check.add(
        "not-a-table" if isinstance(value, list) else "wrong-type",
        f"permissions must be a table with a reason for each, found {_type_name(value)}: {quote_value(value)}",
        f"write a section [permissions] with: {lines}",
    )


def _reason_type(key: str, reason: object, check: FieldContext) -> None:
    check.add(
        "wrong-type-item",
        f"the reason for {quote_value(key)} must be a string, found {_type_name(reason)}: {quote_value(reason)}",
        "say in a few words what the permission is needed for",
        key,
    )


def _wheels(value: list[Any], check: FieldContext) -> None:
    _strings(value, check)
    for index, item in limit_problems(enumerate(value), check.problems):
        if isinstance(item, str) and item.strip():
            _wheel(item, check, index)


def _wheel(path: str, check: FieldContext, index: int) -> None:
    name = path.rpartition("/")[2]
    if '"' in path or "\\" in path:
        check.add(
            "bad-character",
            f"a wheel's path must not have quotes or backslashes, found {quote_value(path)}",
            "use / between folders",
            index,
        )
    elif path != path.strip():
        check.add(
            "outer-whitespace",
            f"a wheel's path must not begin or end with white space, found {quote_value(path)}",
            f"write {quote_value(path.strip())}",
            index,
        )
    elif _CONTROL.search(path):
        check.add(
            "control-character",
            f"a wheel's path must not have control characters, found {quote_value(path)}",
            "rename the file",
            index,
        )
    elif not path.lower().endswith(".whl"):
        check.add(
            "not-a-wheel",
            f"a wheel must end in .whl, found {quote_value(path)}",
            "list wheels only; other files are packed without being listed",
            index,
        )
    elif not 5 <= len(name.split("-")) <= 6:
        check.add("bad-wheel-name", f"a wheel must be named name-version-python-abi-platform.whl, found {quote_value(name)}", "keep the name under which the wheel was downloaded", index)  # fmt: skip


def _check_known_tags(table: Mapping[str, Any], valid_tags: ValidTags, check: FieldContext) -> None:
    type_, tags = table.get("type"), table.get("tags")
    if not isinstance(type_, str) or type_ not in BY_NAME or not isinstance(tags, list):
        return
    known = valid_tags.get(type_, ())
    for index, tag in limit_problems(enumerate(tags), check.problems):
        if isinstance(tag, str) and tag.strip() and tag not in known:
            check.add(
                "unknown-tag",
                f"{quote_value(tag)} is not a tag for {BY_NAME[type_].article} {type_}",
                _closest(tag, known) or f"choose from: {', '.join(sorted(known))}",
                index,
            )


def _closest(word: str, known: Collection[str]) -> str:
    # Imported here: it is wanted only when something is wrong.
    from difflib import get_close_matches

    by_lower = {item.lower(): item for item in known}
    found = get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean {by_lower[found[0]]!r}?" if found else ""


class Field(NamedTuple):
    """A field of the schema: its TOML type (``None``: the rule looks itself), and its rule."""

    type: type | None
    required: bool
    rule: Callable[[Any, FieldContext], None]


#: All fields, in Blender's order.
FIELDS: dict[str, Field] = {
    "id": Field(str, True, _id),
    "schema_version": Field(str, True, _semantic_version),
    "name": Field(str, True, _text),
    "tagline": Field(str, True, _tagline),
    "version": Field(str, True, _semantic_version),
    "type": Field(str, True, _type),
    "maintainer": Field(str, True, _text),
    "license": Field(list, True, _some_strings),
    "blender_version_min": Field(str, True, _blender_version),
    "blender_version_max": Field(str, False, _blender_version_or_empty),
    "website": Field(str, False, _text),
    "copyright": Field(list, False, _copyright),
    "permissions": Field(None, False, _permissions),
    "tags": Field(list, False, _some_strings),
    "platforms": Field(list, False, _some_strings),
    "wheels": Field(list, False, _wheels),
}

#: What hints show for each field.
EXAMPLES = {
    "id": 'id = "gear_tool"',
    "schema_version": 'schema_version = "1.0.0"',
    "name": 'name = "Gear Tool"',
    "tagline": 'tagline = "Make gears of any size"',
    "version": 'version = "1.0.0"',
    "type": f'type = "{ADD_ON.name}"',
    "maintainer": 'maintainer = "Ada Smith <ada@example.org>"',
    "license": 'license = ["SPDX:GPL-3.0-or-later"]',
    "blender_version_min": 'blender_version_min = "4.2.0"',
    "blender_version_max": 'blender_version_max = "5.1.0"',
    "website": 'website = "https://example.org/gear-tool"',
    "copyright": 'copyright = ["2025 Ada Smith"]',
    "permissions": 'permissions = { files = "Read and write gear presets" }',
    "tags": 'tags = ["Modeling"]',
    "platforms": 'platforms = ["windows-x64", "linux-x64"]',
    "wheels": 'wheels = ["./wheels/gears-1.0-py3-none-any.whl"]',
}
