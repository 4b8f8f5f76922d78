"""``bl_info``, as add-ons had it before Blender 4.2: read from source, never run."""

from __future__ import annotations

import ast
import warnings
from typing import Any

from extery.core.errors import InvalidInput, Where

NAME = "bl_info"
#: Keys that hold a version; in JSON a tuple is a list of numbers.
_VERSIONS = ("version", "blender")
#: The client of 2017 compares and shows these without looking whether they are there.
_REQUIRED = ("name", *_VERSIONS)


def read_bl_info(source: bytes, *, file: str) -> dict[str, Any] | None:
    """The ``bl_info`` of a module as values of JSON; ``None`` if it has none.

    Raises `InvalidInput` if it cannot be read without running the module, or lacks what clients need.
    """
    if NAME.encode() not in source:
        return None
    try:
        with warnings.catch_warnings():
            # Old source has escapes that Python warns of today.
            warnings.simplefilter("ignore")
            module = ast.parse(source, filename=file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            f"{file} is not Python: {getattr(error, 'msg', None) or error}",
            hint="only the file's author can repair it",
            where=Where(file, (), getattr(error, "lineno", None)),
        ) from error
    node = _assigned(module)
    if node is None:
        return None
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise InvalidInput.of(
            "generate.bl-info-unreadable",
            f"bl_info in {file} is computed, and cannot be read without running it",
            hint="write plain texts and numbers into bl_info",
            where=Where(file, (NAME,), getattr(node, "lineno", None)),
        ) from error
    return _checked(found, Where(file, (NAME,), node.lineno))


def _assigned(module: ast.Module) -> ast.expr | None:
    """What is assigned to ``bl_info`` at the top of the module; the last time counts."""
    found = None
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == NAME for target in targets):
            found = statement.value
    return found


def _checked(found: object, where: Where) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _wrong("bl_info must be a dictionary", "write bl_info = {...}", where)
    missing = [key for key in _REQUIRED if not found.get(key)]
    if missing:
        raise _wrong(
            f"bl_info has no {', '.join(missing)}",
            'it needs at least "name", "version" and "blender"',
            where,
        )
    if not isinstance(found["name"], str):
        raise _wrong("the name in bl_info must be text", 'write "name": "Gear Tool"', where)
    for key in _VERSIONS:
        value = found[key]
        if not isinstance(value, tuple | list) or not all(type(part) is int for part in value):
            raise _wrong(f"{key} in bl_info must be numbers", f'write "{key}": (2, 80, 0)', where)
    # Other keys are for people, and a client takes what is text.
    return {
        key: list(value) if key in _VERSIONS else value
        for key, value in found.items()
        if isinstance(key, str) and (key in _VERSIONS or isinstance(value, str))
    }


def _wrong(message: str, hint: str, where: Where) -> InvalidInput:
    return InvalidInput.of("generate.bl-info-wrong", message, hint=hint, where=where)
