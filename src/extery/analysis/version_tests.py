"""Tests of Blender's version in conditions: in which Blenders a condition can be true, and in which it can be false."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from extery.core.versions import BLENDER_SERIES

EVERY = (1 << len(BLENDER_SERIES)) - 1
#: Patch releases that stand for all of a series.
_PATCHES = (0, 99)
_OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
#: Operands that are a version.
VERSION_PATHS = frozenset({"bpy.app.version", "bpy.app.version_file"})


class Outcome(NamedTuple):
    """The Blenders, as bits, in which a condition can be true, and those in which it can be false."""

    true: int = EVERY
    false: int = EVERY

    def inverted(self) -> Outcome:
        return Outcome(self.false, self.true)


class Unclear(Exception):
    """A condition has a version in it, and is not understood."""


def outcome_of(node: ast.expr, path_of: Callable[[ast.expr], str]) -> Outcome | None:
    """Return the outcome of a comparison with a version, or ``None`` if it is none.

    ``path_of`` returns the path of an expression. Raises `Unclear`.
    """
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if path_of(node.func.value) == "bpy.app.version_string" and node.args:
            return _of_text(node)
        return None
    if not isinstance(node, ast.Compare):
        return None
    operands = [node.left, *node.comparators]
    if not any(_is_version(one, path_of) for one in operands):
        if any(path_of(one) == "bpy.app.version_string" for one in operands):
            raise Unclear
        return None
    true = false = 0
    for index, (major, minor) in enumerate(BLENDER_SERIES):
        for patch in _PATCHES:
            if _holds(node, operands, (major, minor, patch), path_of):
                true |= 1 << index
            else:
                false |= 1 << index
    return Outcome(true, false)


def _of_text(node: ast.Call) -> Outcome:
    argument = node.args[0]
    assert isinstance(node.func, ast.Attribute)
    if node.func.attr != "startswith" or not isinstance(argument, ast.Constant):
        raise Unclear
    true = false = 0
    for index, (major, minor) in enumerate(BLENDER_SERIES):
        if f"{major}.{minor}.0".startswith(str(argument.value)):
            true |= 1 << index
        else:
            false |= 1 << index
    return Outcome(true, false)


def _is_version(node: ast.expr, path_of: Callable[[ast.expr], str]) -> bool:
    while isinstance(node, ast.Subscript):
        node = node.value
    return path_of(node) in VERSION_PATHS


def _holds(
    node: ast.Compare,
    operands: list[ast.expr],
    version: tuple[int, int, int],
    path_of: Callable[[ast.expr], str],
) -> bool:
    values = [_value(one, version, path_of) for one in operands]
    for index, kind in enumerate(node.ops):
        compare = _OPERATORS.get(type(kind))
        if compare is None:
            raise Unclear
        try:
            if not compare(values[index], values[index + 1]):
                return False
        except TypeError:
            raise Unclear from None
    return True


def _value(
    node: ast.expr, version: tuple[int, int, int], path_of: Callable[[ast.expr], str]
) -> Any:
    if path_of(node) in VERSION_PATHS:
        return version
    if isinstance(node, ast.Subscript) and _is_version(node.value, path_of):
        inner = _value(node.value, version, path_of)
        try:
            if isinstance(node.slice, ast.Slice):
                parts = (node.slice.lower, node.slice.upper, node.slice.step)
                return inner[
                    slice(*(None if one is None else ast.literal_eval(one) for one in parts))
                ]
            return inner[ast.literal_eval(node.slice)]
        except (ValueError, TypeError, IndexError, SyntaxError):
            raise Unclear from None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        raise Unclear from None
