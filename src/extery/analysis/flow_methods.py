"""What is known before code is followed: the arguments that Blender gives, and what may test its version."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from extery.analysis.flow_state import Names
from extery.analysis.nodes import descendants

_MAX_TEST_NODES = 100
#: A line that tests a version or whether something exists has one of these words; each of `_TESTED` has one of the first.
_WORDS_OF_ATTRIBUTES = ("version", "bl_rna")
_OTHER_WORDS = ("blender", "hasattr", "getattr")
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
        lowered = text.lower()
        #: Whether a name of the module can be that of a version; Python normalizes names with other characters.
        self.has_versions = "version" in text or not text.isascii()
        of_attributes = _lines_with(lowered, _WORDS_OF_ATTRIBUTES)
        self._lines = sorted({*of_attributes, *_lines_with(lowered, _OTHER_WORDS)})
        self._lines_of_attributes = of_attributes if text.isascii() else self._lines

    def are_in(self, node: Any) -> bool:
        """Return whether there is one among the lines of a node."""
        return _is_between(self._lines, node)

    def of_attributes_are_in(self, node: Any) -> bool:
        """Return whether one of the attributes for tests can be among the lines of a node."""
        return _is_between(self._lines_of_attributes, node)


def _is_between(lines: list[int], node: Any) -> bool:
    if not lines:
        return False
    index = bisect_left(lines, node.lineno)
    return index < len(lines) and lines[index] <= node.end_lineno


def _lines_with(text: str, words: Iterable[str]) -> list[int]:
    """Return the numbers of the lines that have a word in them."""
    lines: list[int] = []
    number, counted = 1, 0
    for at in sorted(at for word in words for at in _places(text, word)):
        number += text.count("\n", counted, at)
        counted = at
        if not lines or lines[-1] != number:
            lines.append(number)
    return lines


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


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
            if one.id in ("hasattr", "getattr") or "version" in one.id.lower():
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
