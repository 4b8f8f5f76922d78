"""The walk through a syntax tree: its scopes, and the nodes that become facts. Without recursion."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from extery.analysis.columns import Columns
from extery.analysis.facts import Function
from extery.analysis.nodes import children
from extery.analysis.scopes import Scope

#: Facts about one module; more are hostile, or data.
MAX_FOUND = 200_000

#: Nodes with children that are not like the others.
_SPECIAL = frozenset({ast.Try, ast.If, ast.Call, ast.Subscript, ast.JoinedStr})
#: What a chain of names, attributes, calls and items consists of.
_PARTS = frozenset({ast.Attribute, ast.Subscript, ast.Call, ast.Name})
_CATCHES_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_RECORDED = (
    *(ast.Import, ast.ImportFrom, ast.Call, ast.Attribute, ast.Subscript, ast.Name),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.ClassDef, ast.Constant, ast.JoinedStr),
)


class TooManyFacts(Exception):
    """The module has more facts than are kept."""


#: A node to record, its scope, and whether it is inside of a ``try`` that catches a failed import, or for type checkers.
Found = tuple[ast.AST, Scope, bool]


class Walk:
    """``found`` are the nodes to record, ``functions`` all functions and methods by their qualified names."""

    def __init__(self, tree: ast.Module, columns: Columns) -> None:
        self.found: list[Found] = []
        self.functions: dict[str, Function] = {}
        self._columns = columns
        #: Functions with a ``return`` without a value.
        self._end: set[str] = set()
        self._run(tree)

    def _run(self, tree: ast.Module) -> None:
        recorded, enters, found = frozenset(_RECORDED), self._ENTER, self.found
        # Node, scope, whether it is guarded, and whether it is recorded with the chain that it begins.
        stack: list[tuple[ast.AST, Scope, bool, bool]] = [(tree, Scope(), False, False)]
        while stack:
            node, scope, is_guarded, is_part = stack.pop()
            kind = node.__class__
            if kind is ast.Constant:
                if not is_part:
                    if len(found) == MAX_FOUND:
                        raise TooManyFacts
                    found.append((node, scope, is_guarded))
                continue
            enter = enters.get(kind)
            inner = enter(self, node, scope) if enter is not None else scope
            if kind in recorded and not is_part:
                if len(found) == MAX_FOUND:
                    raise TooManyFacts
                found.append((node, scope, is_guarded))
            if kind is ast.Name:
                continue
            if kind is ast.Attribute:
                value: Any = node.value  # type: ignore[attr-defined]
                stack.append((value, scope, is_guarded, value.__class__ in _PARTS))
                continue
            below = children(node)
            below.reverse()
            if kind in _SPECIAL:
                stack.extend(_marked(node, below, inner, is_guarded))
            else:
                stack.extend([(child, inner, is_guarded, False) for child in below])

    def _enter_function(self, node: Any, scope: Scope) -> Scope:
        scope.bind(node.name)
        inner = Scope(f"{scope.name}.{node.name}" if scope.name else node.name, scope)
        arguments = node.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(one.arg)
        for extra in (arguments.vararg, arguments.kwarg):
            if extra is not None:
                inner.bind(extra.arg)
        self.functions.setdefault(inner.name, Function(self._columns.of(node), inner.name, False))
        return inner

    def _enter_lambda(self, node: Any, scope: Scope) -> Scope:
        inner = Scope(scope.name, scope)
        arguments = node.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(one.arg)
        return inner

    def _enter_class(self, node: Any, scope: Scope) -> Scope:
        scope.bind(node.name)
        return Scope(f"{scope.name}.{node.name}" if scope.name else node.name, scope, is_class=True)

    def _enter_name(self, node: Any, scope: Scope) -> Scope:
        if node.ctx.__class__ is not ast.Load:
            scope.bind(node.id)
        return scope

    def _enter_global(self, node: Any, scope: Scope) -> Scope:
        scope.globals.update(node.names)
        return scope

    def _enter_handler(self, node: Any, scope: Scope) -> Scope:
        if node.name:
            scope.bind(node.name)
        return scope

    def _enter_assign(self, node: Any, scope: Scope) -> Scope:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and len(targets) == 1 and isinstance(targets[0], ast.Name):
            scope.alias(targets[0].id, node.value)
        return scope

    def _enter_with(self, node: Any, scope: Scope) -> Scope:
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                scope.alias(item.optional_vars.id, item.context_expr)
        return scope

    def _enter_import(self, node: Any, scope: Scope) -> Scope:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else name
            if isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                if alias.name == "*":
                    continue
                target = f"{base}{alias.name}" if base.endswith(".") else f"{base}.{alias.name}"
                name = alias.asname or alias.name
            scope.imports.setdefault(name, target)
        return scope

    def _enter_raise(self, _node: Any, scope: Scope) -> Scope:
        if scope.name in self.functions:
            self.functions[scope.name] = self.functions[scope.name]._replace(raises=True)
        return scope

    def _enter_return(self, node: Any, scope: Scope) -> Scope:
        value = node.value
        is_none = value is None or (isinstance(value, ast.Constant) and value.value is None)
        if is_none:
            self._end.add(scope.name)
        if scope.name in self.functions:
            always = scope.name not in self._end
            found = self.functions[scope.name]
            self.functions[scope.name] = found._replace(always_returns=always)
        return scope

    _ENTER: ClassVar[Mapping[type, Callable[[Walk, Any, Scope], Scope]]] = {
        ast.FunctionDef: _enter_function,
        ast.AsyncFunctionDef: _enter_function,
        ast.Lambda: _enter_lambda,
        ast.ClassDef: _enter_class,
        ast.Name: _enter_name,
        ast.Global: _enter_global,
        ast.ExceptHandler: _enter_handler,
        ast.Assign: _enter_assign,
        ast.AnnAssign: _enter_assign,
        ast.With: _enter_with,
        ast.AsyncWith: _enter_with,
        ast.Import: _enter_import,
        ast.ImportFrom: _enter_import,
        ast.Raise: _enter_raise,
        ast.Return: _enter_return,
    }


def _marked(
    node: ast.AST, below: list[ast.AST], scope: Scope, is_guarded: bool
) -> Iterator[tuple[ast.AST, Scope, bool, bool]]:
    """Yield the children of a node of `_SPECIAL`: some are guarded, or recorded with the node itself."""
    guarded = _guarded_children(node)
    first = _first_of_chain(node)
    is_text = isinstance(node, ast.JoinedStr)
    for child in below:
        is_part = child is first or (is_text and child.__class__ is ast.Constant)
        yield child, scope, is_guarded or child in guarded, is_part


def _guarded_children(node: ast.AST) -> list[ast.stmt]:
    if isinstance(node, ast.Try) and _catches_imports(node):
        return node.body
    if isinstance(node, ast.If) and _is_for_type_checkers(node):
        return node.body
    return []


def _first_of_chain(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call):
        first: ast.AST = node.func
    elif isinstance(node, ast.Subscript):
        first = node.value
    else:
        return None
    return first if first.__class__ in _PARTS else None


def _catches_imports(node: ast.Try) -> bool:
    for handler in node.handlers:
        kinds = handler.type
        if kinds is None:
            return True
        names = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
        if any(isinstance(one, ast.Name) and one.id in _CATCHES_IMPORTS for one in names):
            return True
    return False


def _is_for_type_checkers(node: ast.If) -> bool:
    test = node.test
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"
