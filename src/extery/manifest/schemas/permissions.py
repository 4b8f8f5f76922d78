"""Checks of ``permissions``: a table of reasons, or in the lenient reading the list of early 2024."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from extery.core.text import closest_match, quote_value
from extery.core.types import PERMISSIONS, TYPES_BY_NAME
from extery.manifest.schemas.checking import (
    FieldContext,
    limit_problems,
    type_name,
)
from extery.manifest.schemas.texts import check_is_string, check_short_text


def allowed_permissions(type_: object) -> Collection[str]:
    """Return the permissions that an extension of this type may ask for; all for an unknown type."""
    known = TYPES_BY_NAME.get(type_) if isinstance(type_, str) else None
    return known.permissions if known else PERMISSIONS


def check_permissions(value: Any, check: FieldContext) -> None:
    if check.strict or not isinstance(value, list | dict):
        _check_is_table(value, check)
    if isinstance(value, list):
        for index, item in enumerate(limit_problems(value, check.problems)):
            check_is_string(item, check, index)
    elif isinstance(value, dict):
        for key in limit_problems(value, check.problems):
            if check.strict and key not in check.permissions:
                _add_unknown_key(key, check)  # one problem is enough, whatever its value is
            else:
                _check_reason(key, value[key], check)


def _check_is_table(value: object, check: FieldContext) -> None:
    if isinstance(value, dict):
        return
    items = value if isinstance(value, list) else [value]
    names = [item for item in items if item in check.permissions] or ["files"]
    check.add(
        "not-a-table" if isinstance(value, list) else "wrong-type",
        type=type_name(value),
        value=quote_value(value),
        lines="; ".join(f'{name} = "REASON"' for name in names),
    )


def _add_unknown_key(key: str, check: FieldContext) -> None:
    values = {"key": quote_value(key), "known": ", ".join(check.permissions)}
    from extery.manifest.lint_keys import FIELD_NAMES  # needed only for this problem

    if key in FIELD_NAMES:
        check.add("unknown-key", key, variant="misplaced", **values)
    elif similar := closest_match(key, check.permissions):
        check.add("unknown-key", key, variant="similar", similar=similar, **values)
    else:
        check.add("unknown-key", key, **values)


def _check_reason(key: str, reason: object, check: FieldContext) -> None:
    if type(reason) is not str:
        check.add(
            "wrong-type-item",
            key,
            variant="reason",
            key=quote_value(key),
            type=type_name(reason),
            value=quote_value(reason),
        )
    elif check.strict and key in PERMISSIONS:
        check_short_text(reason, check, key, key=quote_value(key))
