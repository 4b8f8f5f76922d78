"""Checks of ``permissions``: a table of reasons, or in the lenient reading the list of early 2024."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extery.core.text import closest_match, quote_value
from extery.core.types import PERMISSIONS, TYPES_BY_NAME
from extery.manifest.schemas.checking import (
    FieldContext,
    limit_problems,
    type_name,
)
from extery.manifest.schemas.texts import check_is_string, check_short_text


def check_permissions(value: Any, check: FieldContext) -> None:
    """Check the field; where ``check.rules.checks_keys_last``, `check_permission_keys` checks its keys."""
    if check.strict or not isinstance(value, list | dict):
        _check_is_table(value, check)
    if isinstance(value, list):
        for index, item in enumerate(limit_problems(value, check.problems)):
            check_is_string(item, check, index)
    elif isinstance(value, dict):
        _check_table(value, check)


def check_permission_keys(value: Mapping[str, Any], check: FieldContext) -> None:
    """Check that the type of the extension may ask for each permission."""
    if value and not check.permissions:
        _add_none_for_type(value, check)
        return
    for key in limit_problems(value, check.problems):
        if key not in check.permissions:
            _add_unknown_key(key, check)


def _check_table(value: Mapping[str, Any], check: FieldContext) -> None:
    keys_count = check.strict and not check.rules.checks_keys_last
    if keys_count and value and not check.permissions:
        _add_none_for_type(value, check)  # removing the table cures everything in it
        return
    for key in limit_problems(value, check.problems):
        if keys_count and key not in check.permissions:
            _add_unknown_key(key, check)  # one problem is enough, whatever its value is
        else:
            _check_reason(key, value[key], check)


def _check_is_table(value: object, check: FieldContext) -> None:
    if isinstance(value, dict):
        return
    items = value if isinstance(value, list) else [value]
    examples = check.permissions or PERMISSIONS
    names = [item for item in items if item in examples] or [examples[0]]
    check.add(
        "not-a-table" if isinstance(value, list) else "wrong-type",
        type=type_name(value),
        value=quote_value(value),
        lines="; ".join(f'{name} = "REASON"' for name in names),
    )


def _add_none_for_type(value: Mapping[str, Any], check: FieldContext) -> None:
    type_ = TYPES_BY_NAME[check.type]
    keys = ", ".join(list(value)[:5])
    check.add("none-for-type", types=type_.plural.lower(), keys=quote_value(keys)[1:-1])


def _add_unknown_key(key: str, check: FieldContext) -> None:
    values = {"key": quote_value(key), "known": ", ".join(check.permissions)}
    from extery.manifest.lint_keys import FIELD_NAMES  # needed only for this problem

    if key in FIELD_NAMES:
        check.add("unknown-key", key, variant="misplaced", **values)
    elif check.type in check.rules.permissions and key in PERMISSIONS:
        types = TYPES_BY_NAME[check.type].plural.lower()
        check.add("unknown-key", key, variant="other-type", types=types, **values)
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
    elif check.strict and (key in PERMISSIONS or check.rules.checks_keys_last):
        check_short_text(reason, check, key, key=quote_value(key))
