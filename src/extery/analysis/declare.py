"""Extract the declarations of a module (`extery.analysis.declarations`) from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from extery.analysis.declarations import (
    CallDeclaration,
    ClassDeclaration,
    Constant,
    Declarations,
    Expression,
    Loop,
)
from extery.analysis.expressions import Reader
from extery.analysis.scopes import Scope, path_of
from extery.analysis.walk import Walk

MAX_CLASSES = 2_000
MAX_FIELDS = 200
MAX_CALLS = 5_000
MAX_CONSTANTS = 5_000
MAX_DOC = 1_000
#: Last parts of the paths of calls that are kept, beside those of the module's own functions.
CALLS = frozenset(
    {
        *("register_class", "register_classes_factory", "register_submodule_factory"),
        *(
            "register_node_categories",
            "register_manual_map",
            "register_cli_command",
            "register_tool",
        ),
        *("append", "prepend", "extend", "insert", "new", "register", "subscribe_rna"),
        *("draw_handler_add", "setattr", "type", "new_from_file"),
        *("run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
        *("system", "popen", "startfile", "create_subprocess_exec", "create_subprocess_shell"),
        *("execv", "execve", "execvp", "execl", "execlp", "spawnv", "spawnl"),
        *("post", "put", "patch", "delete", "head", "request", "Request", "stream", "urlopen"),
        *("urlretrieve", "url_open", "HTTPConnection", "HTTPSConnection", "connect", "CDLL"),
        *("LoadLibrary", "PyDLL", "WinDLL", "dlopen", "items", "write_text", "write_bytes"),
        *("getenv", "get", "setdefault", "pop", "putenv", "unsetenv", "open"),
    }
)
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For)


def declare(tree: ast.Module, walk: Walk, text: str) -> Declarations:
    """Return the declarations of a module; ``walk`` has been through its ``tree``."""
    return _Declarer(walk, text).declare(tree)


class _Declarer:
    def __init__(self, walk: Walk, text: str) -> None:
        self._walk = walk
        self._lines = text.split("\n")
        self._reader = Reader(_assignments(walk), self._indent_of)
        # Scopes of the walk by name: the tree has no links to them.
        self._scopes = _scopes(walk)
        self._functions = {name.rpartition(".")[2] for name in walk.functions}

    def declare(self, tree: ast.Module) -> Declarations:
        classes: list[ClassDeclaration] = []
        calls: list[CallDeclaration] = []
        constants: list[Constant] = []
        for node, scope, _ in self._walk.found:
            kind = node.__class__
            if kind in _CHAINS:
                found = [one for one in _calls_in(node) if self._is_kept(one)]
                calls += [self._call(one, scope) for one in found[: MAX_CALLS - len(calls)]]
            elif kind is ast.ClassDef:
                if len(classes) < MAX_CLASSES:
                    classes.append(self._class(node, scope))
            elif kind in _ASSIGNMENTS and len(constants) < MAX_CONSTANTS:
                constants += self._constants(node, scope)
        loops, parameters = self._functions_and_loops(tree)
        return Declarations(
            tuple(classes),
            tuple(calls),
            tuple(constants),
            tuple(loops),
            tuple(parameters),
            self._reader.nodes,
        )

    def _indent_of(self, line: int) -> int:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return len(text) - len(text.lstrip())

    def _is_kept(self, node: Any) -> bool:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in CALLS or name in self._functions

    def _call(self, node: Any, scope: Scope) -> CallDeclaration:
        return CallDeclaration(node.lineno, scope.name, self._reader.read(node, scope))

    def _class(self, node: Any, scope: Scope) -> ClassDeclaration:
        name = f"{scope.name}.{node.name}" if scope.name else node.name
        inner = self._scopes.get(name, scope)
        fields: list[tuple[str, Expression, int]] = []
        annotations: list[tuple[str, Expression, int]] = []
        methods: list[str] = []
        annotated: list[str] = []
        for statement in _statements(node.body):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                methods.append(statement.name)
            elif isinstance(statement, ast.Assign):
                for target in statement.targets:
                    if isinstance(target, ast.Name):
                        value = self._reader.read(statement.value, inner)
                        fields.append((target.id, value, statement.lineno))
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                if not isinstance(statement.annotation, ast.Call):
                    annotated.append(statement.target.id)
                if statement.value is not None:
                    value = self._reader.read(statement.value, inner)
                    fields.append((statement.target.id, value, statement.lineno))
                elif isinstance(statement.annotation, ast.Call):
                    value = self._reader.read(statement.annotation, inner)
                    annotations.append((statement.target.id, value, statement.lineno))
        return ClassDeclaration(
            node.lineno,
            name,
            scope.name,
            tuple(path_of(base, scope) or "~" for base in node.bases[:20]),
            (ast.get_docstring(node) or "")[:MAX_DOC],
            tuple(fields[:MAX_FIELDS]),
            tuple(annotations[:MAX_FIELDS]),
            tuple(methods[:MAX_FIELDS]),
            tuple(annotated[:MAX_FIELDS]),
        )

    def _constants(self, node: Any, scope: Scope) -> Iterator[Constant]:
        if node.value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                if scope.parent is not None and target.id not in scope.globals:
                    continue
                name = target.id
            elif isinstance(target, ast.Attribute | ast.Subscript):
                name = path_of(target, scope)
                if not name.startswith(("bpy.types.", "os.environ")):
                    continue
            else:
                continue
            value = self._reader.read(node.value, scope)
            yield Constant(node.lineno, name, scope.name, value, isinstance(node, ast.AugAssign))

    def _functions_and_loops(
        self, tree: ast.Module
    ) -> tuple[list[Loop], list[tuple[str, tuple[str, ...]]]]:
        loops: list[Loop] = []
        parameters: list[tuple[str, tuple[str, ...]]] = []
        stack: list[tuple[Any, str]] = [(tree, "")]
        while stack:
            node, name = stack.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{name}.{node.name}" if name else node.name
                if not isinstance(node, ast.ClassDef):
                    arguments = node.args
                    names = [
                        one.arg
                        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
                    ]
                    parameters.append((name, tuple(names[:40])))
            elif isinstance(node, ast.For | ast.AsyncFor):
                self._add_loop(loops, node, node, name)
            inner = [one for field in _BODIES for one in getattr(node, field, ())]
            stack += [(child, name) for child in inner]
            if not inner and self._may_have_comprehension(node):
                for part in ast.walk(node):
                    for one in getattr(part, "generators", ()):
                        self._add_loop(loops, one, part, name)
        return loops, parameters

    def _may_have_comprehension(self, node: Any) -> bool:
        """Return whether a statement has a comprehension by its text: to search all expressions takes long."""
        lines = self._lines[node.lineno - 1 : node.end_lineno] if hasattr(node, "lineno") else []
        return any("for " in line for line in lines)

    def _add_loop(self, loops: list[Loop], node: Any, around: Any, name: str) -> None:
        target = node.target
        is_tuple = isinstance(target, ast.Tuple | ast.List)
        parts = target.elts if is_tuple else [target]
        scope = self._scopes.get(name)
        if scope is None or len(loops) >= MAX_CALLS or len(parts) > 40:
            return
        names = tuple(one.id if isinstance(one, ast.Name) else "" for one in parts)
        over = self._reader.read(node.iter, scope)
        loops.append(Loop(around.lineno, around.end_lineno, name, names, is_tuple, over))


_CHAINS = frozenset({ast.Call, ast.Attribute, ast.Subscript})
_ASSIGNMENTS = frozenset({ast.Assign, ast.AnnAssign, ast.AugAssign})
#: Fields with the statements in a statement.
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


def _calls_in(current: Any) -> Iterator[Any]:
    """Yield the calls of a chain such as ``get().json()``: the walk has the chain only, from its end."""
    while True:
        if isinstance(current, ast.Call):
            yield current
            current = current.func
        elif isinstance(current, ast.Attribute | ast.Subscript):
            current = current.value
        else:
            return


def _assignments(walk: Walk) -> dict[tuple[str, str], list[tuple[int, ast.expr, Scope]]]:
    """Return what is assigned to the variables of functions, in the order of the source."""
    found: dict[tuple[str, str], list[tuple[int, ast.expr, Scope]]] = {}
    for node, scope, _ in walk.found:
        if not isinstance(node, ast.Assign) or scope.parent is None or len(node.targets) != 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Name) and scope.bound.get(target.id, 0) > 1:
            found.setdefault((scope.name, target.id), []).append((node.lineno, node.value, scope))
    return found


def _scopes(walk: Walk) -> dict[str, Scope]:
    found: dict[str, Scope] = {}
    for _, scope, _ in walk.found:
        current: Scope | None = scope
        while current is not None and current.name not in found:
            found[current.name] = current
            current = current.parent
    return found


def _statements(body: list[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    """Yield the statements of a class, those in its conditions too."""
    for one in body:
        if isinstance(one, _BLOCKS) and depth < 3:
            for name in ("body", "orelse", "finalbody"):
                yield from _statements(getattr(one, name, []), depth + 1)
            for handler in getattr(one, "handlers", []):
                yield from _statements(handler.body, depth + 1)
        else:
            yield one
