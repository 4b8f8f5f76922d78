"""The forms in which manifests have been written, and the steps between them.

Before Blender 4.2 was released, ``permissions`` was a list without reasons; the version of the schema stayed the same. A new
version or form gets a row at the end of `FORMS`, and its step one in `STEPS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from extery.manifest import edit
from extery.manifest.schemas.registry import LATEST

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Form(NamedTuple):
    """A form of manifests: the name that `extery migrate --to` takes, and the version that they declare."""

    name: str
    schema_version: str
    summary: str


LIST = Form("1.0.0-list", "1.0.0", "permissions is a list without reasons, as before Blender 4.2.")
TABLE = Form(LATEST.version, LATEST.version, LATEST.summary)
#: All forms, the newest last.
FORMS = (LIST, TABLE)


class Migrated(NamedTuple):
    """A text after a step. ``lost`` are the values that it has no place for, by their field; ``missing`` those to be written."""

    text: str
    lost: Mapping[str, str] = {}
    missing: tuple[str, ...] = ()


class Step(NamedTuple):
    """Two neighbouring forms. ``upgrade`` takes the table of the manifest and the values for what is new, by field."""

    upgrade: Callable[[str, Mapping[str, Any], Mapping[str, str]], Migrated]
    downgrade: Callable[[str, Mapping[str, Any]], Migrated]


def form_of(table: Mapping[str, Any]) -> Form | None:
    """Return the form of a manifest; ``None`` if its version is unknown. What fits several forms has the newest."""
    if table.get("schema_version") != LATEST.version:
        return None
    return LIST if isinstance(table.get("permissions"), list) else TABLE


def migrate(
    text: str, table: Mapping[str, Any], *, to: Form, reasons: Mapping[str, str]
) -> Migrated:
    """Return the text of a manifest in another form, with its comments.

    ``table`` is what the text contains, and ``reasons`` those of permissions. Raises `extery.manifest.edit.InapplicableEdit`
    where a comment would be lost.
    """
    import tomllib

    form = form_of(table)
    assert form is not None
    start, end = FORMS.index(form), FORMS.index(to)
    result = Migrated(text)
    for index in range(start, end):
        step = STEPS[index].upgrade(result.text, table, reasons)
        result = Migrated(step.text, result.lost, (*result.missing, *step.missing))
        table = tomllib.loads(step.text)
    for index in range(start, end, -1):
        step = STEPS[index - 1].downgrade(result.text, table)
        result = Migrated(step.text, {**result.lost, **step.lost}, result.missing)
        table = tomllib.loads(step.text)
    return result


def _with_reasons(text: str, table: Mapping[str, Any], reasons: Mapping[str, str]) -> Migrated:
    """Write the list of permissions as a table; those without a reason get an empty one, which no Blender accepts."""
    names = [name for name in table["permissions"] if isinstance(name, str)]
    text = edit.remove(text, ("permissions",))
    for name in dict.fromkeys(names):
        key = name if _BARE_KEY.fullmatch(name) else json.dumps(name)
        reason = json.dumps(reasons.get(name, ""), ensure_ascii=False)
        text = edit.add_statement(text, f"{key} = {reason}", table="permissions")
    missing = tuple(f"permissions.{name}" for name in dict.fromkeys(names) if not reasons.get(name))
    return Migrated(text, missing=missing)


def _without_reasons(text: str, table: Mapping[str, Any]) -> Migrated:
    permissions = table.get("permissions")
    if not isinstance(permissions, Mapping):
        return Migrated(text)
    text = edit.remove(text, ("permissions",))
    if permissions:
        text = edit.add_field(text, "permissions", list(permissions))
    return Migrated(text, {f"permissions.{name}": str(why) for name, why in permissions.items()})


#: The steps between neighbouring forms of `FORMS`.
STEPS = (Step(_with_reasons, _without_reasons),)
