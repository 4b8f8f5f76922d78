"""What is known before code is followed: the arguments that Blender gives, and what may test its version."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from extery.analysis.flow_state import Names
from extery.analysis.nodes import descendants

_MAX_TEST_NODES = 100
#: Attributes in conditions about the version, or about what there is.
_TESTED = frozenset({"version", "version_string", "version_file", "bl_rna"})
#: Methods that Blender calls -> what it gives, after self.
ARGUMENTS_OF_METHODS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("draw", "draw_header", "draw_header_preset", "execute", "poll", "check", "cancel"),
        ("<Context>",),
    ),
    **dict.fromkeys(("invoke", "modal"), ("<Context>", "<Event>")),
    "draw_item": ("<Context>", "<UILayout>"),
    "draw_buttons": ("<Context>", "<UILayout>"),
    "draw_filter": ("<Context>", "<UILayout>"),
    "refresh": ("<Context>",),
    "setup": ("<Context>",),
    "draw_prepare": ("<Context>",),
    "init": ("<Context>",),
}


class Mentions:
    """The lines of a module that may test a version, or whether something exists: other lines need no search."""

    def __init__(self, text: str) -> None:
        lines = text.lower().split("\n")
        self._lines = [
            number
            for number, line in enumerate(lines, 1)
            if "version" in line or "blender" in line or "hasattr" in line or "bl_rna" in line
        ]

    def are_in(self, node: Any) -> bool:
        """Return whether there is one among the lines of a node."""
        index = bisect_left(self._lines, node.lineno)
        return index < len(self._lines) and self._lines[index] <= node.end_lineno


def tests_version(node: Any) -> bool:
    """Return whether a short function returns something and looks at Blender's version: its result depends on it."""
    nodes = descendants(node, _MAX_TEST_NODES)
    return (
        len(nodes) < _MAX_TEST_NODES
        and any(isinstance(one, ast.Attribute) and one.attr in _TESTED for one in nodes)
        and any(isinstance(one, ast.Return) and one.value is not None for one in nodes)
    )


def may_be_condition(node: ast.expr, names: Names) -> bool:
    """Return whether a short expression tests a version or existence: looking closer costs time."""
    nodes = descendants(node, _MAX_TEST_NODES)
    if len(nodes) >= _MAX_TEST_NODES:
        return False
    for one in nodes:
        if isinstance(one, ast.Name):
            if one.id == "hasattr" or "version" in one.id.lower():
                return True
            if names.condition(one.id) or names.condition(f"{one.id}()"):
                return True
        elif isinstance(one, ast.Attribute) and one.attr in _TESTED:
            return True
    return False


def is_docstring(node: ast.stmt) -> bool:
    """Return whether a statement is a constant, which does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def names_caught(handler: ast.ExceptHandler) -> list[str]:
    """Return the names of the exceptions that a handler catches."""
    if handler.type is None:
        return ["BaseException"]
    many = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return [getattr(one, "id", "") for one in many]
