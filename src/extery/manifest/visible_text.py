"""Texts of manifests and entries have no invisible characters and no bidirectional overrides.

Blender accepts them, so they keep no package out of a repository.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from extery.core.errors import ProblemList
from extery.core.invisible import describe_invisible, find_invisible, remove_invisible
from extery.core.text import MAX_VALUE_LENGTH, quote_value
from extery.manifest.schemas.checking import FieldContext, Locate, limit_problems

#: Fields with names, addresses and words of lists.
_NAMES = ("id", "name", "maintainer", "license", "website", "tags", "platforms")
#: Fields with sentences, which may need more in right-to-left scripts.
_PROSE = ("tagline", "copyright", "permissions")
#: Fields with a text that is shown, and the code ``manifest.<field>.invisible``.
FIELDS = (*_NAMES, *_PROSE)


def is_prose(field: str) -> bool:
    """Return whether a field has sentences."""
    return field in _PROSE


def check_visible_text(
    table: Mapping[str, Any], problems: ProblemList, *, locate: Locate, is_json: bool = False
) -> None:
    """Add a problem for each text with an invisible character, unless ``problems`` has an error about the text."""
    for field in FIELDS:
        value = table.get(field)
        if value is None or _is_plain(value):
            continue
        if field == "permissions" and not isinstance(value, dict):
            continue  # without reasons
        check = FieldContext(problems, locate, strict=True, is_json=is_json)
        check.field = field
        for step, text in limit_problems(_texts(value), problems):
            _check(text, check, step, is_prose=is_prose(field))


def _is_plain(value: object) -> bool:
    """Whether a text, or all texts of a list or table, are printable ASCII, as nearly always."""
    if isinstance(value, str):
        return value.isascii() and value.isprintable()
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(text) for key, text in value.items())
    return isinstance(value, list) and all(map(_is_plain, value))


def _texts(value: object) -> Iterator[tuple[str | int | None, str]]:
    """Yield the texts in the value of a field, each with its index or key."""
    items: Any = [(None, value)]
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    yield from ((step, text) for step, text in items if isinstance(text, str))


def _check(text: str, check: FieldContext, step: str | int | None, *, is_prose: bool) -> None:
    found = find_invisible(text, is_prose=is_prose)
    if found is None:
        return
    steps = () if step is None else (step,)
    where = check.locate((check.field, *steps))
    if any(problem.where == where for problem in check.problems.errors):
        return
    index, character = found
    corrected = remove_invisible(text, is_prose=is_prose).strip()
    import json  # rarely needed

    quoted = json.dumps(corrected, ensure_ascii=False) if check.is_json else repr(corrected)
    variant = "long" if len(quoted) > MAX_VALUE_LENGTH else ""
    values: dict[str, str] = {"key": quote_value(step)} if isinstance(step, str) else {}
    check.add(
        "invisible",
        *steps,
        variant=variant if corrected else "nothing",
        character=describe_invisible(character),
        position=index + 1,
        corrected="" if variant else quoted,
        **values,
    )
