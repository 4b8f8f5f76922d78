"""Valid tags of each type of extension: Blender's own, or those of a tag file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from extery.core.errors import InvalidInput, Where
from extery.core.types import TYPES, TYPES_BY_NAME


def as_valid_tags() -> dict[str, tuple[str, ...]]:
    """Return Blender's own tags in the form of a tag file: type -> tags."""
    return {type_.name: type_.tags for type_ in TYPES}


def read_valid_tags(file: Path) -> dict[str, list[str]]:
    """Read a tag file: JSON with a list of tags for each type, or Blender's ``tags.py``.

    A ``.py`` file is parsed, never executed: it must assign plain sets or lists of strings to ``addons``,
    ``asset_libraries`` or ``themes``. As in Blender 5.3, types may be absent, or have no list of strings: only a
    manifest of such a type then has an error. Raises `InvalidInput` if the file cannot be read or has no type.
    """
    try:
        import json  # not needed without a tag file

        text = file.read_text("utf-8")
        tags: Any = _tags_in_python(text) if file.suffix == ".py" else json.loads(text)
    except (OSError, ValueError, SyntaxError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _tag_file_error(file, reason=reason) from error
    if not isinstance(tags, dict) or not tags.keys() & TYPES_BY_NAME.keys():
        known = ", ".join(map(repr, TYPES_BY_NAME))
        raise _tag_file_error(file, variant="type-missing", types=known)
    return {
        name: sorted(value)
        for name in TYPES_BY_NAME
        if isinstance(value := tags.get(name), list | set | tuple)
        and all(isinstance(tag, str) for tag in value)
    }


def load_valid_tags(file: str | None) -> dict[str, list[str]] | None:
    """Return type -> valid tags; ``None`` means Blender's own, ``{}`` (for an empty name) accepts all.

    Raises `InvalidInput` if the file cannot be used.
    """
    if not file:
        return None if file is None else {}
    return read_valid_tags(Path(file))


def tags_digest(valid_tags: Mapping[str, Collection[str]] | None) -> str:
    """Return a digest of valid tags, empty for Blender's own: stored results depend on it."""
    if valid_tags is None:
        return ""
    import hashlib

    items = sorted((name, sorted(tags)) for name, tags in valid_tags.items())
    return hashlib.sha256(repr(items).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _tag_file_error(file: Path, *, variant: str = "", **values: str) -> InvalidInput:
    return InvalidInput.of(
        "usage.tag-file", where=Where(str(file)), variant=variant, file=str(file), **values
    )


def _tags_in_python(text: str) -> dict[str, object]:
    import ast

    names = {type_.tags_variable: type_.name for type_ in TYPES}
    tags = {}
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in names:
                tags[names[target.id]] = ast.literal_eval(statement.value)
    return tags
