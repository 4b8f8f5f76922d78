"""Follow the values of a module statement by statement, functions after the module itself. Nothing is ever run.

Loops are followed once, and what a loop or branch may have assigned is one of several origins. That can resolve a value
wrongly in rare cases; a finding also needs a name that another Blender has.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, ClassVar

from extery.analysis.columns import Columns
from extery.analysis.facts import Import
from extery.analysis.flow_expressions import Expressions
from extery.analysis.flow_facts import UNKNOWN, Flow
from extery.analysis.flow_methods import (
    ARGUMENTS_OF_METHODS,
    Mentions,
    is_docstring,
    may_be_condition,
    names_caught,
    tests_version,
)
from extery.analysis.flow_state import NO_EFFECTS, Effects, Names, instance_of
from extery.analysis.flow_tests import UNCLEAR
from extery.analysis.nodes import children
from extery.analysis.version_tests import Unclear

#: Exceptions of names that a Blender does not have.
_CATCHES = frozenset({"AttributeError", "TypeError", "Exception", "BaseException"})
_CATCHES_NAMES = frozenset({"AttributeError", "TypeError"})
#: Statements in a ``try`` for any exception that is there for names: longer ones are for any failure.
_MAX_TRIED = 4
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", *_CATCHES})
_MAX_VARIABLES = 2_000
#: Expressions that can test something; others are conditions if they are the name of one.
_MAY_TEST = frozenset({ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Call})
_LEAVES_BLOCK = frozenset({ast.Return, ast.Raise, ast.Continue, ast.Break})


def follow(
    tree: ast.Module, text: str, columns: Columns, wanted: Collection[str] | None = None
) -> Flow:
    """Return the flow of a module with the source ``text``; a part of it if expressions are nested too deeply.

    Only attributes whose names are in ``wanted`` are recorded; all if it is ``None``.
    """
    return follow_with_imports(tree, text, columns, wanted)[0]


def follow_with_imports(
    tree: ast.Module, text: str, columns: Columns, wanted: Collection[str] | None
) -> tuple[Flow, tuple[Import, ...]]:
    """Return the flow of a module, and its imports."""
    walk = _Statements(columns, wanted, Mentions(text))
    with suppress(RecursionError):
        walk.module(tree)
    return walk.recorder.flow(walk.classes, walk.names.conditions), tuple(walk.recorder.imports)


class _Statements(Expressions):
    def __init__(
        self, columns: Columns, wanted: Collection[str] | None, mentions: Mentions
    ) -> None:
        super().__init__(columns, wanted, mentions)
        self._later: list[tuple[Any, Names, str, int, tuple[Any, ...]]] = []
        self._class = ""

    def module(self, tree: ast.Module) -> None:
        self.classes.update(one.name for one in tree.body if isinstance(one, ast.ClassDef))
        for one in tree.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.names.paths[one.name] = f"%{one.name}"
        self.block(tree.body)
        for name, path in self.names.paths.items():
            if path[0] not in "%~":
                self.recorder.add_value(f"={name}", path)
        while self._later:
            if self.recorder.is_full():
                return
            node, names, class_, mask, active = self._later.pop(0)
            self.recorder.mask, self.recorder.active = mask, active
            self.recorder.narrowed, self.recorder.is_tried = {}, False
            self._class = class_
            try:
                self._function_body(node, names)
            except RecursionError:
                continue

    # Blocks

    def block(self, statements: list[ast.stmt]) -> bool:
        """Follow statements; return whether they always leave the block."""
        if self.recorder.is_full():
            return False
        for one in statements:
            kind = one.__class__
            if kind is ast.Expr:
                self.evaluate(one.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.If:
                if self._if(one):
                    return True
                continue
            method = self._FOLLOW.get(kind)
            if method is not None:
                method(self, one)
            else:
                for child in children(one):
                    if isinstance(child, ast.expr):
                        self.evaluate(child)
            if kind in _LEAVES_BLOCK:
                return True
        return False

    def scoped(self, statements: list[ast.stmt], effects: Effects) -> bool:
        """Follow statements under effects that end with them, early returns included."""
        if not statements:
            return False
        recorder = self.recorder
        before = recorder.mask, recorder.active, recorder.narrowed
        if effects is NO_EFFECTS:
            leaves = self.block(statements)
        else:
            with self.under(effects):
                leaves = self.block(statements)
        recorder.mask, recorder.active, recorder.narrowed = before
        return leaves

    def _if(self, node: Any) -> bool:
        true, false = self.test(node.test)
        names = self.names
        before = self._copy(names.paths)
        leaves = self.scoped(node.body, true)
        first = names.paths
        names.paths = before
        leaves_other = self.scoped(node.orelse, false)
        second = names.paths
        if leaves and leaves_other:
            return True
        if leaves:
            names.paths = second
            self.apply(false)
        elif leaves_other:
            names.paths = first
            self.apply(true)
        else:
            names.paths = self.recorder.merged(first, second)
        return False

    def _copy(self, paths: dict[str, str]) -> dict[str, str]:
        """Return a copy for a branch; very many variables, which only hostile modules have, are shared."""
        return dict(paths) if len(paths) <= _MAX_VARIABLES else paths

    def _loop(self, node: Any) -> None:
        before = self._copy(self.names.paths)
        if isinstance(node, ast.While):
            self.scoped(node.body, self.test(node.test)[0])
        else:
            self.bind_loop(node.target, node.iter)
            self.scoped(node.body, NO_EFFECTS)
        self.names.paths = self.recorder.merged(self.names.paths, before)
        self.scoped(node.orelse, NO_EFFECTS)

    def _with(self, node: Any) -> None:
        effects = NO_EFFECTS
        for item in node.items:
            path = self.evaluate(item.context_expr)
            call = item.context_expr
            if isinstance(call, ast.Call) and self.static_path(call.func) in (
                "contextlib.suppress",
                "suppress",
            ):
                names = {self.static_path(one) for one in call.args}
                effects = UNCLEAR if names & _CATCHES else effects  # as in a short try
            if item.optional_vars is not None:
                self.bind(item.optional_vars, UNKNOWN if path.endswith("()") else path)
        self.scoped(node.body, effects)

    def _try(self, node: Any) -> None:
        catches = {name for handler in node.handlers for name in names_caught(handler)}
        is_short = len(node.body) <= _MAX_TRIED
        is_guard = bool(catches & (_CATCHES if is_short else _CATCHES_NAMES))
        if catches & _IMPORT_ERRORS and any(
            isinstance(one, ast.Import | ast.ImportFrom) for one in node.body
        ):
            is_guard = True
        recorder, before = self.recorder, self._copy(self.names.paths)
        was_tried, recorder.is_tried = recorder.is_tried, recorder.is_tried or is_guard
        self.scoped(node.body, NO_EFFECTS)
        after = self.names.paths
        for handler in node.handlers:
            is_last = handler is node.handlers[-1]
            self.names.paths = before if is_last else self._copy(before)
            leaves = self.scoped(handler.body, NO_EFFECTS)
            after = after if leaves else self.recorder.merged(after, self.names.paths)
        recorder.is_tried = was_tried
        self.names.paths = after
        self.scoped(node.orelse, NO_EFFECTS)
        self.scoped(node.finalbody, NO_EFFECTS)

    # Assignments

    def _assign(self, node: Any) -> None:
        if isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple):
            self._assign_tuple(node.targets[0], node.value)
            return
        outcome = self._condition(node.value)
        path = self.evaluate(node.value)
        text = node.value.value if node.value.__class__ is ast.Constant else None
        for target in node.targets:
            if isinstance(text, str) and isinstance(target, ast.Attribute):
                self._attribute(target, "store", value=text[:80])
            else:
                self.bind(target, path)
            if not isinstance(target, ast.Name):
                continue
            if outcome is not None:
                self.has_conditions = True
                self.names.conditions[target.id] = outcome
            elif self.has_conditions:
                self.names.conditions.pop(target.id, None)

    def _condition(self, node: ast.expr) -> tuple[Effects, Effects] | None:
        """Return what follows from a value if it tests the version of Blender or whether something exists."""
        try:
            if node.__class__ in _MAY_TEST:
                if not self.has_conditions and not self.mentions.are_in(node):
                    return None
                if not may_be_condition(node, self.names):
                    return None
                before = len(self.recorder.accesses)
                true, false = self.test(node)
                del self.recorder.accesses[before:]
                found = true._replace(narrowed=()), false._replace(narrowed=())
                return None if found == (NO_EFFECTS, NO_EFFECTS) else found
            return self._outcome(node)
        except Unclear:
            return UNCLEAR, UNCLEAR

    def _assign_tuple(self, target: ast.Tuple, value: ast.Tuple) -> None:
        paths = [self.evaluate(one) for one in value.elts]
        if len(paths) != len(target.elts):
            paths = [UNKNOWN] * len(target.elts)
        for one, path in zip(target.elts, paths, strict=True):
            self.bind(one, path)

    def _annotated(self, node: Any) -> None:
        path = self.evaluate(node.value) if node.value is not None else UNKNOWN
        kind = self.annotation(node.annotation)
        if self._class and self.names.is_class and isinstance(node.target, ast.Name):
            self.recorder.values.setdefault(f"@{self._class}.{node.target.id}", [])
            if kind != UNKNOWN:
                self.recorder.add_value(f"@{self._class}.{node.target.id}", kind)
        self.bind(node.target, kind if kind != UNKNOWN else path)

    def annotation(self, node: ast.expr | None, depth: int = 0) -> str:
        """Return the path of the values that an annotation allows."""
        if node is None or depth > 3:
            return UNKNOWN
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            self.has_versions = self.has_versions or "version" in node.value
            try:
                return self.annotation(ast.parse(node.value, mode="eval").body, depth + 1)
            except (SyntaxError, ValueError):
                return UNKNOWN
        if isinstance(node, ast.Call):
            return self.evaluate(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = [self.annotation(node.left, depth + 1), self.annotation(node.right, depth + 1)]
            return self.recorder.union(*sides)
        if isinstance(node, ast.Subscript):
            name = self.static_path(node.value).rpartition(".")[2]
            inner = (
                self.annotation(node.slice, depth + 1)
                if not isinstance(node.slice, ast.Tuple)
                else UNKNOWN
            )
            if name == "Optional":
                return inner
            lists = ("list", "List", "Sequence", "Iterable", "set", "Set", "Iterator", "Collection")
            return f"{inner}^" if name in lists and inner != UNKNOWN else UNKNOWN
        if isinstance(node, ast.Name | ast.Attribute):
            return instance_of(self.evaluate(node))
        return UNKNOWN

    def _augmented(self, node: Any) -> None:
        path = self.evaluate(node.value)
        if isinstance(node.target, ast.Name):
            known = self.names.find(node.target.id) or UNKNOWN
            if known.endswith("^") and known[0] == "#" and path.endswith("^"):
                self.recorder.add_value(known[:-1], path[:-1])
        else:
            self.evaluate(node.target)

    def _return(self, node: Any) -> None:
        if node.value is None:
            return
        path = self.evaluate(node.value)
        self.recorder.add_value(f"%{self.names.function}()", path)

    # Definitions

    def _import(self, node: Any) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.names.paths[name] = alias.name if alias.asname else name
            self._record_import(node, alias.name)
            self._add_import(node, alias.name, "", 0)

    def _import_from(self, node: Any) -> None:
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            self._add_import(node, node.module or "", alias.name, node.level)
            if alias.name == "*":
                self._record_import(node, base)
                continue
            path = f"{base}{alias.name}" if base.endswith(".") else f"{base}.{alias.name}"
            self.names.paths[alias.asname or alias.name] = path
            self._record_import(node, path)

    def _add_import(self, node: ast.stmt, module: str, name: str, level: int) -> None:
        recorder, at = self.recorder, self.columns.of(node)
        recorder.imports.append(
            Import(at, module, name, level, self.names.function, recorder.is_tried)
        )

    def _record_import(self, node: ast.stmt, path: str) -> None:
        if path.startswith("."):
            self.refer(path, is_import=True)
        else:
            self._record(node, path, "import")  # type: ignore[arg-type]

    def _function(self, node: Any) -> None:
        for one in (
            *node.decorator_list,
            *node.args.defaults,
            *filter(None, node.args.kw_defaults),
        ):
            self.evaluate(one)
        outer = self.names
        name = f"{outer.function}.{node.name}" if outer.function else node.name
        if self._class and outer.is_class:
            name = f"{self._class}.{node.name}"
        outer.paths[node.name] = f"%{name}"
        inner = Names(name, outer)
        recorder = self.recorder
        is_method = bool(self._class) and outer.is_class
        self._parameters(node, inner, name, is_method=is_method)
        # A second statement that is no docstring is enough to know that it is no short function.
        body = list(islice((one for one in node.body if not is_docstring(one)), 2))
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value and not is_method:
            self.names = inner
            outcome = self._condition(body[0].value)
            self.names = outer
            if outcome is not None:
                self.has_conditions = True
                outer.conditions[f"{node.name}()"] = outcome
        elif self.mentions.of_attributes_are_in(node) and tests_version(node):
            self.has_conditions = True
            outer.conditions[f"{node.name}()"] = UNCLEAR, UNCLEAR
        self._later.append((node, inner, self._class, recorder.mask, recorder.active))

    def _parameters(self, node: Any, inner: Names, name: str, *, is_method: bool) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args]
        decorators = [getattr(one, "id", "") for one in node.decorator_list]
        first = 0
        if is_method and arguments and "staticmethod" not in decorators:
            is_class = "classmethod" in decorators
            inner.paths[arguments[0].arg] = f"{'%' if is_class else '@'}{self._class}"
            first = 1
        given = ARGUMENTS_OF_METHODS.get(node.name, ()) if is_method else ()
        passed = [*arguments[first:], *node.args.kwonlyargs]
        self.recorder.parameters[name] = [one.arg for one in passed]
        for index, one in enumerate(passed):
            path = self.annotation(one.annotation) if one.annotation is not None else UNKNOWN
            if path == UNKNOWN and index < len(given):
                path = given[index]
            inner.paths[one.arg] = path if path != UNKNOWN else f"${name}:{one.arg}"
        for extra in (node.args.vararg, node.args.kwarg):
            if extra is not None:
                inner.paths[extra.arg] = UNKNOWN

    def _function_body(self, node: Any, names: Names) -> None:
        outer, self.names = self.names, names
        try:
            returns = UNKNOWN if node.returns is None else self.annotation(node.returns)
            if returns != UNKNOWN:
                self.recorder.add_value(f"%{names.function}()", returns)
            self.block(node.body)
        finally:
            self.names = outer

    def _class_definition(self, node: Any) -> None:
        for one in node.decorator_list:
            self.evaluate(one)
        outer = self.names
        name = f"{outer.function}.{node.name}" if outer.function else node.name
        outer.paths[node.name] = f"%{name}"
        self.classes.add(name)
        for base in node.bases:
            self.recorder.add_value(f"^{name}", self.evaluate(base))
        outer_class, self._class = self._class, name
        self.names = Names(name, outer, is_class=True)
        try:
            self.block(node.body)
            for attribute, path in self.names.paths.items():
                self.recorder.values.setdefault(f"@{name}.{attribute}", [])
                if path[0] not in "%~" or path.startswith(f"%{name}."):
                    self.recorder.add_value(f"@{name}.{attribute}", path)
        finally:
            self.names, self._class = outer, outer_class

    def _global(self, node: Any) -> None:
        for name in node.names:
            self.names.paths[name] = UNKNOWN

    def _match(self, node: Any) -> None:
        self.evaluate(node.subject)
        for case in node.cases:
            self.scoped(case.body, NO_EFFECTS)

    _FOLLOW: ClassVar[Mapping[type, Callable[[Any, Any], Any]]] = {
        ast.For: _loop,
        ast.AsyncFor: _loop,
        ast.While: _loop,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Return: _return,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class_definition,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Match: _match,
    }
