"""Imports of an add-on's own modules become relative: an extension is ``bl_ext.<repository>.<id>``."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from extery.author.convert.code.base import (
    TextPass,
    code_of,
    plain_dotted,
    small_statement,
    string_value,
)

_KIND = "relative-import"
_INTERFACE = re.compile(r"(?:space|properties)_[a-z0-9_]+")


class RelativeImports(TextPass):
    """Rewrites ``import addon.mod``, ``from addon import mod``, ``import mod`` and ``importlib.import_module``."""

    kind = _KIND
    code = "convert.own-module"
    value = "module"

    def words(self) -> frozenset[str]:
        parts = {part for name in self.state.job.modules for part in name.split(".")}
        if self.state.uses_interface_folder:
            parts |= {word for word in self.state.words if _INTERFACE.fullmatch(word)}
        return self.state.job.names | parts

    def concerns(self, words: frozenset[str], text: str) -> bool:
        if words & {"import", "import_module"}:
            return super().concerns(words, text)
        return any(f"{name}." in text for name in words & self.state.job.names)

    def leave_SimpleString(  # noqa: N802 (libcst)
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        first, dot, inner = (string_value(updated_node) or "").partition(".")
        if dot and first in self.state.job.names and inner in self.state.job.modules:
            self.seen.append((original_node, f"{first}.{inner}"))
        return updated_node

    def find(self, name: str) -> tuple[str, ...] | None:
        """Return the parts of an own module below the root; ``None`` for a module of others."""
        parts = tuple(name.split("."))
        job = self.state.job
        if parts[0] in job.names:
            return parts[1:]
        for folder in ("", *sorted(job.search_paths - {""})):
            inside = (*folder.split("."), *parts) if folder else parts
            if ".".join(inside[: len(inside) - len(parts) + 1]) in job.modules:
                return inside
        return None

    def relative(self, parts: Sequence[str]) -> str:
        """Return ``.mod`` or ``..mod``: the name of a module below the root, seen from this one."""
        package = self.state.package
        common = 0
        while common < min(len(parts), len(package)) and parts[common] == package[common]:
            common += 1
        return "." * (len(package) - common + 1) + ".".join(parts[common:])

    def leave_ImportFrom(  # noqa: N802 (libcst)
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.BaseSmallStatement:
        if updated_node.relative or updated_node.module is None:
            return updated_node
        module = plain_dotted(updated_node.module)
        parts = self.find(module)
        if parts is None:
            if not self._is_interface(module):
                return updated_node
            changed = updated_node.with_changes(module=expression_or_none(f"bl_ui.{module}"))
            self._changed(original_node, changed)
            return changed
        name = self.relative(parts)
        dots = len(name) - len(name.lstrip("."))
        changed = updated_node.with_changes(
            relative=[cst.Dot()] * dots,
            module=expression_or_none(name[dots:]),
            whitespace_before_import=updated_node.whitespace_before_import,
        )
        self._changed(original_node, changed)
        return changed

    def _is_interface(self, module: str) -> bool:
        """Return whether a module is one of ``bl_ui``, whose folder below ``scripts/startup`` is added to ``sys.path``."""
        has_path = self.state.uses_interface_folder
        return has_path and _INTERFACE.fullmatch(module) is not None

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        if len(updated_node.body) != 1 or not isinstance(updated_node.body[0], cst.Import):
            return updated_node
        statements = self._split(updated_node.body[0])
        if statements is None:
            return updated_node
        for one in statements:
            self._changed(original_node, one)
        lines = [cst.SimpleStatementLine([one]) for one in statements]
        lines[0] = lines[0].with_changes(leading_lines=updated_node.leading_lines)
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel(lines)

    def leave_Import(  # noqa: N802
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.BaseSmallStatement | cst.FlattenSentinel[cst.BaseSmallStatement]:
        line = self._parents[-1] if self._parents else None
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            return updated_node  # `leave_SimpleStatementLine` gives each import a line
        statements = self._split(updated_node)
        if statements is None:
            return updated_node
        for one in statements:
            self._changed(original_node, one)
        return cst.FlattenSentinel(statements)

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:  # noqa: N802
        self._parents = [node]

    def visit_SimpleStatementSuite(self, node: cst.SimpleStatementSuite) -> None:  # noqa: N802
        self._parents = [node]

    _parents: list[cst.CSTNode] = []  # noqa: RUF012 (set for each statement)

    def _split(self, node: cst.Import) -> list[cst.BaseSmallStatement] | None:
        """Return the statements for ``import a, b.c as d``; ``None`` if none of them is an own module."""
        found: list[cst.BaseSmallStatement] = []
        is_changed = False
        for alias in node.names:
            name = plain_dotted(alias.name)
            parts = self.find(name)
            if parts is None:
                found.append(cst.Import([alias.with_changes(comma=cst.MaybeSentinel.DEFAULT)]))
                continue
            is_changed = True
            found += [
                small_statement(text) for text in self._texts(name, parts, alias.evaluated_alias)
            ]
        return found if is_changed else None

    def _texts(self, name: str, parts: tuple[str, ...], alias: str | None) -> list[str]:
        first = name.partition(".")[0]
        if first in self.state.job.names and (alias is None or not parts):
            # The name of the add-on itself, through which its modules are used.
            importlib = self.state.module("importlib")
            base = code_of(self.state.base_package())
            inner = ".".join(parts)
            texts = [f'{importlib}.import_module(".{inner}", {base})'] if inner else []
            return [*texts, f"{alias or first} = {importlib}.import_module({base})"]
        if alias is not None or "." not in name:
            suffix = f" as {alias}" if alias is not None and alias != parts[-1] else ""
            return [f"from {self._package(parts)} import {parts[-1]}{suffix}"]
        top = parts[: len(parts) - name.count(".")]
        hidden = "_" + "_".join(parts)
        return [
            f"from {self._package(top)} import {top[-1]}",
            f"from {self._package(parts)} import {parts[-1]} as {hidden}",
        ]

    def _package(self, parts: tuple[str, ...]) -> str:
        return self.relative(parts[:-1])

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802
        if self.state.dotted(updated_node.func) != "importlib.import_module":
            return updated_node
        if len(updated_node.args) != 1 or updated_node.args[0].keyword is not None:
            return updated_node
        value = updated_node.args[0].value
        arguments = self._arguments(value)
        if arguments is None:
            return updated_node
        changed = updated_node.with_changes(args=[cst.Arg(one) for one in arguments])
        self._changed(original_node, changed)
        return changed

    def _arguments(self, value: cst.BaseExpression) -> list[cst.BaseExpression] | None:
        """Return the arguments of ``import_module`` for the name of an own module, which may be computed at its end."""
        text = string_value(value)
        if text is not None:
            parts = self.find(text)
            if parts is None:
                return None
            base = self.state.base_package()
            return [cst.parse_expression(f'".{".".join(parts)}"'), base] if parts else [base]
        start, rest = _start_of(value)
        first, dot, inner = start.partition(".")
        if not dot or first not in self.state.job.names:
            return None
        if rest is None:  # "addon." + name
            assert isinstance(value, cst.BinaryOperation)
            left = cst.parse_expression(repr(f".{inner}").replace("'", '"'))
            return [_with_left(value, left), self.state.base_package()]
        parts_of = [cst.FormattedStringText(f".{inner}"), *rest]
        assert isinstance(value, cst.FormattedString)
        return [value.with_changes(parts=parts_of), self.state.base_package()]

    def _changed(self, original: cst.CSTNode, new: cst.CSTNode) -> None:
        self.state.change(original, _KIND, code_of(new).strip())


def expression_or_none(name: str) -> cst.Attribute | cst.Name | None:
    if not name:
        return None
    found = cst.parse_expression(name)
    assert isinstance(found, cst.Attribute | cst.Name)
    return found


def _start_of(
    node: cst.BaseExpression,
) -> tuple[str, list[cst.BaseFormattedStringContent] | None]:
    """Return the constant text at the start of ``"a." + b`` or ``f"a.{b}"``, and the other parts of the latter."""
    if isinstance(node, cst.FormattedString):
        first = node.parts[0] if node.parts else None
        if isinstance(first, cst.FormattedStringText):
            return first.value, list(node.parts[1:])
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        if isinstance(node.left, cst.BinaryOperation):
            return _start_of(node.left)
        return string_value(node.left) or "", None
    return "", None


def _with_left(node: cst.BinaryOperation, left: cst.BaseExpression) -> cst.BinaryOperation:
    """Return the sum with another first term."""
    if isinstance(node.left, cst.BinaryOperation):
        return node.with_changes(left=_with_left(node.left, left))
    return node.with_changes(left=left)
