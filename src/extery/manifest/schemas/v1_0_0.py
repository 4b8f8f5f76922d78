"""Manifest schema 1.0.0: its fields, in the order in which Blender checks them, and the check of each.

The same schema is used for ``blender_manifest.toml`` and for the entries of a listing. There are two
readings: a strict one for authors, and a lenient one for clients, which must accept every published manifest. Only
``tagline``, ``copyright``, ``permissions`` and the Blender versions differ between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from extery.core.errors import ProblemList
from extery.core.text import closest_match, quote_value
from extery.core.types import ADD_ON, TYPE_NAMES, TYPES_BY_NAME
from extery.core.versions import short_blender_version
from extery.manifest.schemas.asset_library import check_asset_library
from extery.manifest.schemas.blender_rules import OWN_RULES, SchemaRules
from extery.manifest.schemas.checking import (
    FieldContext,
    Locate,
    limit_problems,
    type_name,
)
from extery.manifest.schemas.permissions import check_permission_keys, check_permissions
from extery.manifest.schemas.texts import (
    check_short_text,
    check_some_strings,
    check_string_item,
    check_strings,
    check_text,
)
from extery.manifest.schemas.versions import (
    check_blender_version,
    check_blender_version_or_empty,
    check_semantic_version,
)
from extery.manifest.schemas.wheels import check_wheels

#: Type -> its valid tags.
ValidTags = Mapping[str, Collection[str]]

_ABSENT = object()


def check_fields(
    table: Mapping[str, Any],
    problems: ProblemList,
    *,
    locate: Locate,
    strict: bool,
    valid_tags: ValidTags | None = None,
    is_json: bool = False,
    rules: SchemaRules = OWN_RULES,
) -> None:
    """Add all problems of the fields of ``table``; without ``valid_tags`` any tag is valid.

    ``is_json``: the table is an entry of a listing, and hints are JSON. ``rules`` are those of Extery, or of a
    version of Blender.
    """
    errors_before = len(problems)
    check = FieldContext(
        problems, locate, strict=strict, type_=table.get("type"), rules=rules, is_json=is_json
    )
    for name, (type_, is_required, check_value) in FIELDS.items():
        value = table.get(name, _ABSENT)
        if value is _ABSENT:
            if is_required:
                check.field = name
                _add_missing(name, table, check)
            continue
        if check_value is check_asset_library and not rules.reads_asset_library:
            continue
        check.field = name
        if type_ is not None and type(value) is not type_:
            check.add("wrong-type", type=type_name(value), value=quote_value(value))
        else:
            check_value(value, check)
    permissions = table.get("permissions")
    is_valid = len(problems) == errors_before
    if strict and rules.checks_keys_last and is_valid and isinstance(permissions, dict):
        check.field = "permissions"
        check_permission_keys(permissions, check)
    if valid_tags is not None:
        check.field = "tags"
        _check_known_tags(table, valid_tags, check)


def _add_missing(name: str, table: Mapping[str, Any], check: FieldContext) -> None:
    from extery.manifest.lint_keys import alias_of, suggest_line  # needed only for this problem

    alias = "" if check.is_json else alias_of(name, table)
    if not alias:
        check.add("missing")
    elif line := suggest_line(name, table[alias]):
        check.add("missing", variant="renamed", alias=quote_value(alias), suggestion=line)
    else:
        check.add("missing", variant="alias", alias=quote_value(alias))


def _check_id(value: str, check: FieldContext) -> None:
    kinds = []
    if not value.isidentifier():
        kinds.append("not-identifier")
    if "__" in value:
        kinds.append("double-underscore")
    if value.startswith("_") or value.endswith("_"):
        kinds.append("outer-underscore")
    for kind in kinds:
        check.add(kind, value=quote_value(value), suggestion=quote_value(_suggest_id(value)))


def _suggest_id(value: str) -> str:
    """Return a valid id that resembles ``value``."""
    words = re.sub(r"[\W_]+", "_", value).strip("_").lower()
    if not words:
        return "gear_tool"
    return words if words.isidentifier() else f"tool_{words}"


def _check_tagline(value: str, check: FieldContext) -> None:
    if check.strict:
        check_short_text(value, check)
    elif not value.strip():
        check.add("empty")


def _check_type(value: str, check: FieldContext) -> None:
    types = check.rules.types
    if value in types:
        return
    values = {"value": quote_value(value), "types": " or ".join(map(repr, types))}
    if value in TYPES_BY_NAME:
        first = short_blender_version(TYPES_BY_NAME[value].first_blender)
        check.add("unknown-type", variant="newer", suggestion=value, first=first, **values)
    else:
        check.add("unknown-type", suggestion=_suggest_type(value), **values)


def _suggest_type(value: str) -> str:
    """Return the name of a type that resembles ``value``."""
    words = re.sub(r"[\W_]+", "-", value.lower())
    return next((name for name in TYPE_NAMES if name in words), "") or (
        closest_match(words, TYPE_NAMES) or ADD_ON.name
    )


def _check_copyright(value: list[Any], check: FieldContext) -> None:
    if not check.strict:
        check_strings(value, check)
        return
    for index, item in enumerate(limit_problems(value, check.problems)):
        if not check_string_item(item, check, index):
            continue
        years, _, name = item.partition(" ")
        first, dash, last = years.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            _add_bad_year(item, index, check)
        elif not name.strip():
            suggestion = quote_value(f"{years} Ada Smith")
            check.add("missing-name", index, value=quote_value(item), suggestion=suggestion)


def _add_bad_year(item: str, index: int, check: FieldContext) -> None:
    from extery.core.copyright_years import suggest_copyright  # needed only for this problem

    values = {"value": quote_value(item)}
    if suggestion := suggest_copyright(item):
        check.add("bad-year", index, variant="corrected", suggestion=suggestion, **values)
    else:
        check.add("bad-year", index, **values)


def _check_known_tags(table: Mapping[str, Any], valid_tags: ValidTags, check: FieldContext) -> None:
    type_, tags = check.type, table.get("tags", [])
    if type_ not in check.rules.types or not isinstance(tags, list):
        return
    types = TYPES_BY_NAME[type_].plural.lower()
    known = valid_tags.get(type_)
    if known is None:
        where = check.locate(("type",))
        check.problems.add("manifest.tags.no-list", where=where, type=type_, types=types)
        return
    for index, tag in enumerate(limit_problems(tags, check.problems)):
        if not isinstance(tag, str) or not tag.strip() or tag in known:
            continue
        values = {"value": quote_value(tag), "types": types}
        if similar := closest_match(tag, known):
            check.add("unknown-tag", index, variant="similar", similar=similar, **values)
        else:
            check.add("unknown-tag", index, known=", ".join(sorted(known)), **values)


class Field(NamedTuple):
    """A field of the schema: its type in TOML, or ``None`` if its check looks at the type, and the check."""

    type: type | None
    required: bool
    check: Callable[[Any, FieldContext], None]


#: All fields, in Blender's order.
FIELDS: dict[str, Field] = {
    "id": Field(str, True, _check_id),
    "schema_version": Field(str, True, check_semantic_version),
    "name": Field(str, True, check_text),
    "tagline": Field(str, True, _check_tagline),
    "version": Field(str, True, check_semantic_version),
    "type": Field(str, True, _check_type),
    "maintainer": Field(str, True, check_text),
    "license": Field(list, True, check_some_strings),
    "blender_version_min": Field(str, True, check_blender_version),
    "blender_version_max": Field(str, False, check_blender_version_or_empty),
    "website": Field(str, False, check_text),
    "copyright": Field(list, False, _check_copyright),
    "permissions": Field(None, False, check_permissions),
    "tags": Field(list, False, check_some_strings),
    "platforms": Field(list, False, check_some_strings),
    "wheels": Field(list, False, check_wheels),
    "asset_library": Field(dict, False, check_asset_library),
}
