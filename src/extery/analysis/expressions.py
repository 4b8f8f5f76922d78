"""Expressions as plain data, for values that are put together from several modules.

`extery.analysis.values` has what rules need, without arguments of calls and without tables. These trees keep both, in a
bounded number of nodes; names that are assigned once in the same module are replaced by small values at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from extery.analysis.declarations import Expression
from extery.analysis.scopes import Scope, path_of

MAX_TEXT = 1_000
#: Nodes of one expression; larger ones end in ``other``.
MAX_NODES = 3_000
#: Nodes of all expressions of a module.
MAX_TOTAL = 100_000
MAX_DEPTH = 12

OTHER = Expression("other")


class Reader:
    """Makes expressions of the nodes of one module; ``indent_of`` returns the indentation of a line.

    ``assigned`` has the values of variables that are assigned more than once, in the order of the source.
    """

    def __init__(
        self,
        assigned: Mapping[tuple[str, str], list[tuple[int, ast.expr, Scope]]],
        indent_of: Callable[[int], int],
    ) -> None:
        self._assigned = assigned
        self._indent_of = indent_of
        self._left = 0
        self._total_left = MAX_TOTAL

    @property
    def nodes(self) -> int:
        """The number of nodes of all expressions so far."""
        return MAX_TOTAL - self._total_left

    def read(self, node: ast.expr, scope: Scope) -> Expression:
        """Return the expression of a node."""
        granted = self._left = max(0, min(MAX_NODES, self._total_left))
        expression = self._read(node, scope, 0)
        self._total_left -= granted - max(self._left, 0)
        return expression

    def _read(self, node: ast.expr, scope: Scope, depth: int) -> Expression:
        self._left -= 1
        read = self._READ.get(type(node))
        if read is None or self._left < 0 or depth > MAX_DEPTH:
            return OTHER
        return read(self, node, scope, depth + 1)

    def _all(self, nodes: list[ast.expr], scope: Scope, depth: int) -> tuple[Expression, ...]:
        return tuple(self._read(one, scope, depth) for one in nodes if self._left > 0)

    def _constant(self, node: Any, _scope: Scope, _depth: int) -> Expression:
        value = node.value
        if isinstance(value, str):
            return Expression("str", value[:MAX_TEXT])
        if isinstance(value, bool):
            return Expression("bool", str(value))
        if value is None:
            return Expression("none")
        if isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 64):
            return Expression("number", repr(value))
        return OTHER

    def _name(self, node: Any, scope: Scope, depth: int) -> Expression:
        owner = _owner(scope, node.id)
        if owner is None or node.id in owner.imports:
            path = path_of(node, scope)
            # What is bound nowhere may come from `import *`.
            return Expression("name", f"*{node.id}" if path.startswith("~") else path)
        if owner.bound[node.id] == 1 and node.id in owner.aliases:
            value, value_scope = owner.aliases[node.id]
            if owner.parent is not None or not isinstance(value, _TABLES):
                found = self._read(value, value_scope, depth)
                if found.kind != "other":
                    return found
        elif nearest := self._nearest(node, owner, depth):
            return nearest
        return (
            Expression("name", f"%{node.id}")
            if owner.parent is None
            else Expression("variable", node.id)
        )

    def _nearest(self, node: Any, owner: Scope, depth: int) -> Expression | None:
        """Return what a variable has that is assigned more than once: the call or path of the assignment before.

        It is not known if that is in an inner block.
        """
        before = [
            one for one in self._assigned.get((owner.name, node.id), ()) if one[0] < node.lineno
        ]
        if not before or owner.parent is None:
            return None
        line, value, scope = before[-1]
        is_inner = self._indent_of(line) > self._indent_of(node.lineno)
        if is_inner or not isinstance(value, ast.Call | ast.Attribute):
            return None
        return self._read(value, scope, depth)

    def _attribute(self, node: Any, scope: Scope, depth: int) -> Expression:
        path = path_of(node, scope)
        if path and not path.startswith("~") and "(" not in path and "[" not in path:
            return Expression("name", path)
        return Expression("attribute", node.attr, (self._read(node.value, scope, depth),))

    def _item(self, node: Any, scope: Scope, depth: int) -> Expression:
        if isinstance(node.slice, ast.Slice):
            return OTHER
        return Expression("item", "", self._all([node.value, node.slice], scope, depth))

    def _list(self, node: Any, scope: Scope, depth: int) -> Expression:
        return Expression("list", "", self._all(node.elts, scope, depth))

    def _dict(self, node: Any, scope: Scope, depth: int) -> Expression:
        items: list[Expression] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and self._left > 0:
                items += self._all([key, value], scope, depth)
        return Expression("dict", "", tuple(items[: len(items) // 2 * 2]))

    def _call(self, node: Any, scope: Scope, depth: int) -> Expression:
        arguments = self._all(node.args[:40], scope, depth)
        keywords = [one for one in node.keywords[:40] if one.arg]
        values = tuple(self._read(one.value, scope, depth) for one in keywords)
        keys = tuple(one.arg for one in keywords)
        return Expression("call", self.path(node.func, scope, depth), (*arguments, *values), keys)

    def path(self, node: ast.expr, scope: Scope, depth: int = 0) -> str:
        """Return the path of what is called, also if it is a method of a variable that is assigned more than once."""
        path = path_of(node, scope) or "~"
        if not path.startswith("~"):
            return path
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute | ast.Name):
            base: ast.expr = node.value
            names = [node.attr]
            while isinstance(base, ast.Attribute):
                names.append(base.attr)
                base = base.value
            if isinstance(base, ast.Name) and depth < MAX_DEPTH:
                owner = _owner(scope, base.id)
                found = self._nearest(base, owner, depth + 1) if owner is not None else None
                if found is not None and found.kind in ("call", "name"):
                    start = f"{found.text}()" if found.kind == "call" else found.text
                    return ".".join([start, *reversed(names)])
        return path

    def _format(self, node: Any, scope: Scope, depth: int) -> Expression:
        parts = []
        for one in node.values:
            is_plain = isinstance(one, ast.FormattedValue) and one.format_spec is None
            value = one.value if is_plain else one
            parts.append(self._read(value, scope, depth))
        return Expression("format", "", tuple(parts))

    def _sum(self, node: Any, scope: Scope, depth: int) -> Expression:
        if isinstance(node.op, ast.Add):
            return Expression("sum", "", self._all([node.left, node.right], scope, depth))
        return OTHER

    def _star(self, node: Any, scope: Scope, depth: int) -> Expression:
        return Expression("star", "", (self._read(node.value, scope, depth),))

    _READ: ClassVar[Mapping[type, Callable[[Reader, Any, Scope, int], Expression]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _item,
        ast.List: _list,
        ast.Tuple: _list,
        ast.Set: _list,
        ast.Dict: _dict,
        ast.Call: _call,
        ast.JoinedStr: _format,
        ast.BinOp: _sum,
        ast.Starred: _star,
    }


#: Values of a module that are kept once, and not in each place that names them.
_TABLES = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Call, ast.BinOp)


def _owner(scope: Scope, name: str) -> Scope | None:
    """Return the scope in which a name is bound or imported."""
    current: Scope | None = scope
    while current is not None:
        if (name in current.bound or name in current.imports) and (
            current is scope or not current.is_class
        ):
            return current
        current = current.parent
    return None
