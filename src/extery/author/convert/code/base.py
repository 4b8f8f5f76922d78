"""The base of the changes of a module: positions, names and expressions of libcst."""

from __future__ import annotations

import ast
import operator
import warnings
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, TypeAlias

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from extery.author.convert.code.job import Change, Job, Remark, package_of

#: What a statement becomes: itself or another one, several, or none.
Statements: TypeAlias = (
    cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel
)

#: The name under which a module in a sub-package imports the name of the add-on.
BASE_NAME = "base_package"


class ModuleState:
    """A module while it is changed: its path, what was done to it, and the imports that it needs."""

    def __init__(self, path: str, job: Job, source: bytes, words: frozenset[str]) -> None:
        self.path = path
        self.job = job
        self.package = package_of(path)
        self.words = words
        self.tree = _syntax_tree(source)
        self.imports = imported_names(self.tree)
        #: Whether the module finds those of `bl_ui` by their folder.
        self.uses_interface_folder = b"startup/bl_ui" in source
        self.changes: list[Change] = []
        self.remarks: list[Remark] = []
        self.needed_imports: dict[str, cst.BaseSmallStatement] = {}
        #: The line of the statement that is visited, and the lines of its nodes in it, when they are needed.
        self.first_line = 1
        self.statement: cst.CSTNode | None = None
        self._lines: Mapping[cst.CSTNode, CodeRange] | None = None

    @property
    def is_root(self) -> bool:
        """Whether it is the module that Blender loads."""
        return self.path == "__init__.py"

    def begin(self, statement: cst.CSTNode, line: int) -> None:
        """Remember the original statement whose nodes are visited."""
        if statement is not self.statement:
            self.statement, self.first_line, self._lines = statement, line, None

    def line(self, node: cst.CSTNode) -> int:
        """Return the line that a node, or the first part of it that has a place, has in the original module."""
        if self._lines is None:
            assert self.statement is not None
            wrapper = MetadataWrapper(cst.Module([self.statement]), unsafe_skip_copy=True)  # type: ignore[list-item]
            self._lines = wrapper.resolve(PositionProvider)
        for one in walk(node):
            with suppress(KeyError):
                return self.first_line + int(self._lines[one].start.line) - 1
        return self.first_line

    def dotted(self, node: cst.CSTNode) -> str:
        """Return an expression of names as a path, its first name resolved through imports: ``os.path.join``."""
        text = plain_dotted(node)
        first, dot, rest = text.partition(".")
        return f"{self.imports.get(first, first)}{dot}{rest}"

    def base_package(self) -> cst.BaseExpression:
        """Return the expression for the name under which Blender knows the add-on."""
        if not self.package:
            return cst.Name("__package__")
        name = BASE_NAME if BASE_NAME not in self.words else f"_{BASE_NAME}"
        dots = "." * (len(self.package) + 1)
        self.need(f"from {dots} import __package__ as {name}")
        return cst.Name(name)

    def need(self, statement: str) -> None:
        """Add an import at the beginning of the module."""
        if statement not in self.needed_imports:
            self.needed_imports[statement] = small_statement(statement)

    def need_module(self, name: str) -> None:
        """Add ``import name``, unless the module has it above the statement that is visited."""
        above = {
            one.name
            for line in self.tree.body
            if isinstance(line, ast.Import) and line.lineno < self.first_line
            for one in line.names
            if one.asname is None
        }
        if name not in above:
            self.need(f"import {name}")

    def module(self, name: str) -> str:
        """Return the name by which a module of Python can be used anywhere in this one, and import it if need be.

        It is another one if the module binds the usual name in a function, or to something else: there, that would not
        be the module, or not yet.
        """
        bound = {
            one
            for node in ast.walk(self.tree)
            if node not in self.tree.body
            for one in _bound_names(node)
        }
        others = {
            node.name
            for node in self.tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        if name not in bound | others:
            self.need_module(name)
            return name
        alias = f"_{name}"
        while alias in self.words:
            alias = f"_{alias}"
        self.need(f"import {name} as {alias}")
        return alias

    def change(self, node: cst.CSTNode, kind: str, text: str) -> None:
        self.changes.append(Change(self.line(node), kind, " ".join(text.split())))

    def remark(self, node: cst.CSTNode, code: str, **values: Any) -> None:
        self.remarks.append(Remark(self.line(node), code, values))


class Pass(cst.CSTTransformer):
    """One kind of changes. Only statements with one of its words are visited: visiting is slow."""

    def __init__(self, state: ModuleState) -> None:
        super().__init__()
        self.state = state

    @abstractmethod
    def words(self) -> frozenset[str]:
        """Return the words of which a statement must have one."""

    def concerns(self, words: frozenset[str], text: str) -> bool:
        """Return whether a statement with these words is to be visited."""
        del text
        return bool(words & self.words())

    def change_statement(self, node: cst.CSTNode) -> Statements:
        """Return what a statement of the module becomes."""
        return node.visit(self)  # type: ignore[return-value]

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        """Keep the node itself if nothing in it changed: libcst makes copies, which have no place in the source."""
        return super().on_leave(
            original_node, original_node if _is_same(original_node, updated_node) else updated_node
        )


class TextPass(Pass):
    """Changes that also name texts: those in ``seen`` whose line has no change of this ``kind`` are remarks with ``code``."""

    kind: ClassVar[str]
    code: ClassVar[str]
    #: The name of the value of the remark.
    value: ClassVar[str]

    def __init__(self, state: ModuleState) -> None:
        super().__init__(state)
        self.seen: list[tuple[cst.CSTNode, str]] = []

    def change_statement(self, node: cst.CSTNode) -> Statements:
        self.seen = []
        result = super().change_statement(node)
        changed = {change.line for change in self.state.changes if change.kind == self.kind}
        for one, text in self.seen:
            if self.state.line(one) not in changed:
                self.state.remark(one, self.code, **{self.value: text})
        return result


def _is_same(one: cst.CSTNode, other: cst.CSTNode) -> bool:
    if one is other:
        return True
    for name in _field_names(type(one)):
        value, new = getattr(one, name), getattr(other, name)
        if value is new:
            continue
        if not isinstance(value, list | tuple) or len(value) != len(new):
            return False
        if not all(map(operator.is_, value, new)):
            return False
    return True


@cache
def _field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _syntax_tree(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def small_statement(text: str) -> cst.BaseSmallStatement:
    line = cst.parse_statement(text)
    assert isinstance(line, cst.SimpleStatementLine)
    return line.body[0]


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield a node and everything in it, in the order of the source."""
    stack = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(reversed(one.children))


def plain_dotted(node: cst.CSTNode) -> str:
    """Return ``a.b.c`` for such an expression, with ``()`` and ``[]`` for calls and items; empty for another."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        owner = plain_dotted(node.value)
        return f"{owner}.{node.attr.value}" if owner else ""
    if isinstance(node, cst.Call):
        owner = plain_dotted(node.func)
        return f"{owner}()" if owner else ""
    if isinstance(node, cst.Subscript):
        owner = plain_dotted(node.value)
        return f"{owner}[]" if owner else ""
    return ""


def _bound_names(node: ast.AST) -> list[str]:
    """Return the names that a node binds: by an import, an assignment or a parameter."""
    if isinstance(node, ast.Import):
        return [one.asname or one.name.partition(".")[0] for one in node.names]
    if isinstance(node, ast.ImportFrom):
        return [one.asname or one.name for one in node.names]
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return [node.id]
    return [node.arg] if isinstance(node, ast.arg) else []


#: What ``from bpy.props import *`` gives: `bpy.props.BoolProperty` and so on.
_PROPERTIES = (
    *("Bool", "BoolVector", "Int", "IntVector", "Float", "FloatVector"),
    *("String", "Enum", "Pointer", "Collection"),
)


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Return what the names are that a module imports, anywhere in it, absolutely."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                if alias.name == "*" and node.module == "bpy.props":
                    found |= {f"{one}Property": f"bpy.props.{one}Property" for one in _PROPERTIES}
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def string_value(node: cst.CSTNode) -> str | None:
    """Return the text of a string without parts that are computed, or ``None``."""
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def code_of(node: cst.CSTNode) -> str:
    """Return the source of a node."""
    return cst.Module([]).code_for_node(node)


def expression(text: str) -> cst.BaseExpression:
    return cst.parse_expression(text)
