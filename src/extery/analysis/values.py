"""Values of expressions, as far as rules need them."""

from __future__ import annotations

import ast
from typing import Any

from extery.analysis.facts import Value
from extery.analysis.nodes import children
from extery.analysis.scopes import MAX_NAME, MAX_PARTS, Scope, name_of, path_of, variable_of

MAX_TEXT = 200
MAX_ITEMS = 40
#: Nodes of an expression that are searched for names.
MAX_NODES = 60
_SIMPLE = {bool: "bool", int: "int", float: "float"}


def value_of(node: ast.expr, scope: Scope, depth: int = 0) -> Value:
    """Return the value of an expression in ``scope``."""
    kind: Any = node.__class__
    if kind is ast.Constant:
        return _constant(node.value)  # type: ignore[attr-defined]
    if kind is ast.Name or kind is ast.Attribute:
        return Value("name", *path_and_mentions(node, scope))
    if isinstance(node, ast.Call):
        return Value("call", path_of(node.func, scope) or "~", mentions(node, scope))
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and depth < 3:
        items = tuple(value_of(one, scope, depth + 1) for one in node.elts[:MAX_ITEMS])
        return Value("tuple" if isinstance(node, ast.Tuple) else "list", "", (), items)
    if isinstance(node, ast.JoinedStr):
        parts = [one.value for one in node.values if isinstance(one, ast.Constant)]
        return Value("f-string", "".join(map(str, parts))[:MAX_TEXT], mentions(node, scope))
    return Value("other", "", mentions(node, scope))


def _constant(value: object) -> Value:
    if isinstance(value, str):
        return Value("str", value[:MAX_TEXT])
    if isinstance(value, bytes):
        return Value("bytes", value[:MAX_TEXT].decode("latin-1"))
    if value is None or value is ...:
        return Value("none")
    kind = _SIMPLE.get(type(value), "other")
    # The text of a number can take quadratic time.
    is_long = isinstance(value, int) and value.bit_length() > 64
    return Value(kind, "" if is_long else str(value)[:MAX_TEXT])


def path_and_mentions(node: ast.expr, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """Return what `path_of` and `mentions` return."""
    if node.__class__ is ast.Name:
        names = _of_name(scope, node.id)
        return names[0], names
    chain = _attributes(node, scope)
    if chain is None:
        return path_of(node, scope), mentions(node, scope)
    return chain[0], tuple(dict.fromkeys(chain))


def _of_name(scope: Scope, name: str) -> tuple[str, ...]:
    """Return what is mentioned by a name: its path and the variable itself."""
    found = scope.mentions.get(name)
    if found is None:
        path, variable = name_of(scope, name), variable_of(scope, name)
        found = (path, variable) if variable and variable != path else (path,)
        scope.mentions[name] = found
    return found


def _attributes(node: Any, scope: Scope) -> list[str] | None:
    """Return what is mentioned by a name with attributes, as many expressions are: the longest path is the first."""
    names: list[str] = []
    while node.__class__ is ast.Attribute:
        names.append(node.attr)
        node = node.value
    if node.__class__ is not ast.Name or len(names) >= MAX_PARTS:
        return None
    path = name_of(scope, node.id)
    found = [path[:MAX_NAME]] if names else [path]
    for name in reversed(names):
        path = f"{path}.{name}"
        found.append(path[:MAX_NAME])
    found.reverse()
    variable = variable_of(scope, node.id)
    return [*found, variable] if variable else found


def mentions(node: ast.expr, scope: Scope) -> tuple[str, ...]:
    """Return the paths of the names in an expression: of whole chains, of names, and the variables themselves."""
    found: dict[str, None] = {}
    stack: list[ast.AST] = [node]
    seen = 0
    while stack and seen < MAX_NODES:
        current = stack.pop()
        seen += 1
        kind = current.__class__
        if kind is ast.Constant:
            continue
        if kind is ast.Name:
            for path in _of_name(scope, current.id):  # type: ignore[attr-defined]
                found[path] = None
            continue
        if kind is ast.Attribute:
            chain = _attributes(current, scope)
            if chain is not None:
                for path in chain:
                    found[path] = None
                seen += max(0, len(chain) - 2)
                continue
            if path := path_of(current, scope):  # type: ignore[arg-type]
                found[path] = None
        stack += children(current)
    return tuple(found)
