"""Scopes of a module, and the paths of names in them.

A name is resolved to what was imported under it, or to the expression that is assigned to it, if there is only one.
Flow is ignored: what is imported or assigned anywhere in a scope counts for all of it.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

#: Without `__name__` and others, which each module has of its own.
_BUILTINS = frozenset(
    name for name in dir(builtins) if not name.startswith("__") or name == "__import__"
)
#: Bounds for chains of attributes and of aliases: the result is cut off, not wrong.
MAX_PARTS = 24
MAX_ALIASES = 6
MAX_NAME = 300


class Scope:
    """A module, function or class. ``name`` is qualified, ``""`` for the module."""

    __slots__ = (
        *("aliases", "bound", "globals", "imports", "is_class", "mentions", "name", "parent"),
        "paths",
    )

    def __init__(
        self, name: str = "", parent: Scope | None = None, *, is_class: bool = False
    ) -> None:
        self.name = name
        self.parent = parent
        self.is_class = is_class
        #: Name -> how often it is bound.
        self.bound: dict[str, int] = {}
        self.imports: dict[str, str] = {}
        self.aliases: dict[str, tuple[ast.expr, Scope]] = {}
        self.globals: set[str] = set()
        #: The results of `name_of`.
        self.paths: dict[str, str] = {}
        #: Name -> what is mentioned by it, for `extery.analysis.values`.
        self.mentions: dict[str, tuple[str, ...]] = {}

    def bind(self, name: str) -> None:
        scope = self._root() if name in self.globals else self
        scope.bound[name] = scope.bound.get(name, 0) + 1

    def alias(self, name: str, value: ast.expr) -> None:
        scope = self._root() if name in self.globals else self
        scope.aliases[name] = (value, self)

    def _root(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


def name_of(scope: Scope, name: str, depth: int = 0) -> str:
    """Return the path of a name as it is used in ``scope``, after the walk that binds all names."""
    if depth:  # part of an alias, which may be cut off
        return _find_name(scope, name, depth)
    path = scope.paths.get(name)
    if path is None:
        path = scope.paths[name] = _find_name(scope, name, 0)
    return path


def _find_name(scope: Scope, name: str, depth: int) -> str:
    current: Scope | None = scope
    while current is not None:
        if current is scope or not current.is_class:
            if name in current.imports:
                return current.imports[name]
            if name in current.bound:
                return _bound_name(current, name, depth)
        current = current.parent
    if name in _BUILTINS:
        return f"builtins.{name}"
    return f"~{name}" if not name.startswith("__") else name


def variable_of(scope: Scope, name: str) -> str:
    """Return the name itself, ``%name`` or ``~name``, without what is assigned to it; ``""`` if it is not bound."""
    current: Scope | None = scope
    while current is not None:
        if name in current.bound and (current is scope or not current.is_class):
            return f"%{name}" if current.parent is None else f"~{name}"
        current = current.parent
    return ""


def _bound_name(scope: Scope, name: str, depth: int) -> str:
    if scope.bound[name] == 1 and name in scope.aliases and depth < MAX_ALIASES:
        value, value_scope = scope.aliases[name]
        path = path_of(value, value_scope, depth + 1)
        if path and path != f"~{name}":
            return path
    return f"%{name}" if scope.parent is None else f"~{name}"


def path_of(node: ast.expr, scope: Scope, depth: int = 0) -> str:
    """Return the path of an expression, or ``""`` if it is no chain of names, attributes, calls and items."""
    if node.__class__ is ast.Name:
        return name_of(scope, node.id, depth)[:MAX_NAME]
    parts: list[str] = []
    current: Any = node
    # Most of the time of an analysis is spent here, so kinds are compared and not searched for base classes.
    while len(parts) < MAX_PARTS:
        kind = current.__class__
        if kind is ast.Attribute:
            parts.append(f".{current.attr}")
            current = current.value
        elif kind is ast.Name:
            parts.append(name_of(scope, current.id, depth))
            parts.reverse()
            return "".join(parts)[:MAX_NAME]
        elif kind is ast.Call:
            parts.append("()")
            current = current.func
        elif kind is ast.Subscript:
            parts.append("[]")
            current = current.value
        elif kind is ast.Await:
            current = current.value
        else:
            return ""
    parts.reverse()
    return "~" + "".join(parts)[:MAX_NAME]
