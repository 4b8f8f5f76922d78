"""Checks of ``wheels``: paths of wheels, relative to the manifest."""

from __future__ import annotations

from typing import Any

from extery.core.text import quote_value
from extery.manifest.schemas.checking import FieldContext, limit_problems
from extery.manifest.schemas.texts import CONTROL_CHARACTER, check_strings


def check_wheels(value: list[Any], check: FieldContext) -> None:
    check_strings(value, check)
    for index, item in enumerate(limit_problems(value, check.problems)):
        if isinstance(item, str) and item.strip():
            _check_path(item, check, index)


def _check_path(path: str, check: FieldContext, index: int) -> None:
    name = path.rpartition("/")[2]
    value = quote_value(path)
    if '"' in path or "\\" in path:
        check.add("bad-character", index, value=value)
    elif path != path.strip():
        check.add("outer-whitespace", index, value=value, corrected=quote_value(path.strip()))
    elif CONTROL_CHARACTER.search(path):
        check.add("control-character", index, value=value)
    elif not path.lower().endswith(".whl"):
        check.add("not-a-wheel", index, value=value)
    elif not 5 <= len(name.split("-")) <= 6:
        check.add("bad-wheel-name", index, value=quote_value(name))
