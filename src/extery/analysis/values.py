"""Values of expressions, as far as rules need them."""

from __future__ import annotations

import ast

from extery.analysis.facts import Value
from extery.analysis.nodes import children
from extery.analysis.scopes import Scope, name_of, path_of, variable_of

MAX_TEXT = 200
MAX_ITEMS = 40
#: Nodes of an expression that are searched for names.
MAX_NODES = 60
_SIMPLE = {bool: "bool", int: "int", float: "float"}


def value_of(node: ast.expr, scope: Scope, depth: int = 0) -> Value:
    """Return the value of an expression in ``scope``."""
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Name | ast.Attribute):
        return Value("name", path_of(node, scope), mentions(node, scope))
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


def mentions(node: ast.expr, scope: Scope) -> tuple[str, ...]:
    """Return the paths of the names in an expression: of whole chains, of names, and the variables themselves."""
    found: dict[str, None] = {}
    stack: list[ast.AST] = [node]
    seen = 0
    while stack and seen < MAX_NODES:
        current = stack.pop()
        seen += 1
        kind = current.__class__
        if kind is ast.Name:
            name: str = current.id  # type: ignore[attr-defined]
            found[name_of(scope, name)] = None
            if variable := variable_of(scope, name):
                found[variable] = None
            continue
        if kind is ast.Attribute and (path := path_of(current, scope)):  # type: ignore[arg-type]
            found[path] = None
        stack += children(current)
    return tuple(found)
