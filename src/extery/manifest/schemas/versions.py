"""Checks of versions: of the extension and its schema, and of Blender."""

from __future__ import annotations

import re

from extery.core.text import quote_value
from extery.core.versions import is_semantic_version
from extery.manifest.schemas.checking import FieldContext


def check_semantic_version(value: str, check: FieldContext) -> None:
    if not is_semantic_version(value):
        check.add("bad-version", value=quote_value(value), suggestion=_suggest_version(value))


def check_blender_version(value: str, check: FieldContext) -> None:
    """Check a Blender version; in the lenient reading it may have any number of parts."""
    parts = value.split(".")
    if not all(map(str.isdigit, parts)):
        kind = "not-numbers"
    elif check.strict and len(parts) != 3:
        kind = "not-three-numbers"
    else:
        return
    suggestion = _suggest_version(value if any(map(str.isdigit, value)) else "4.2")
    check.add(kind, value=quote_value(value), suggestion=suggestion)


def check_blender_version_or_empty(value: str, check: FieldContext) -> None:
    if value:
        check_blender_version(value, check)


def _suggest_version(value: str) -> str:
    """Return the first three numbers in ``value`` as a version, or ``1.0.0``."""
    numbers = [part[:9].lstrip("0") or "0" for part in re.findall(r"[0-9]+", value)[:3]]
    return ".".join([*numbers, "0", "0"][:3]) if numbers else "1.0.0"
