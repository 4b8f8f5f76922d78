"""The symbols of a Python file: imports, names that it calls and refers to, definitions, hosts.

Names are resolved through imports, assignments and calls of ``getattr`` and ``__import__`` with constant
arguments: ``import subprocess as s; s.Popen(…)`` calls ``subprocess.Popen``. Nothing is executed. Names that
are put together at run time stay unknown.

A syntax tree takes up to 900 bytes for a token, so only files with few tokens are parsed; of the others, and
of those that this Python cannot parse, only imports and hosts are found.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self, TypeAlias

from extery.rules.package.init_syntax import MAX_BYTES
from extery_site.source_search.hosts import bare_hosts, hosts_in

#: A token has at least one byte, so this is the limit of memory of `extery.rules.package.init_syntax`.
MAX_TOKENS = MAX_BYTES
MAX_SYMBOLS = 5_000
MAX_NAME_LENGTH = 200
_MAX_PARTS = 20
_MAX_NESTING = 10
#: Meanings of one name, such as of a module that is imported in two ways.
_MAX_MEANINGS = 4


class SymbolKind(StrEnum):
    """What a name is in a file. Not a `TextChoices`, so that this module imports no Django."""

    label: str

    IMPORT = "import", "Imported"
    CALL = "call", "Called"
    NAME = "name", "Referred to"
    DEFINITION = "define", "Defined"
    HOST = "host", "Network host"

    def __new__(cls, value: str, label: str = "") -> Self:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.label = label
        return kind


SYMBOL_KIND_CHOICES = [(kind.value, kind.label) for kind in SymbolKind]


@dataclass
class Symbols:
    """The symbols of a file: first line and number of lines by kind and name."""

    found: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    is_parsed: bool = False
    note: str = ""

    def add(self, kind: str, name: str, line: int) -> None:
        """Count a symbol; names that are too long, and too many of them, are left out."""
        key = (str(kind), name)
        if entry := self.found.get(key):
            entry[0], entry[1] = min(entry[0], line), entry[1] + 1
        elif not name or len(name) > MAX_NAME_LENGTH or len(self.found) >= MAX_SYMBOLS:
            self.note = "Some names are left out: they are too many, or too long."
        else:
            self.found[key] = [line, 1]


_TOKEN = re.compile(r"\w+|[^\w\s]")
_IMPORT = re.compile(r"[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+(\.*[\w.]*)[ \t]+import\b)")
_BUILTINS = frozenset(name for name in dir(builtins) if name.islower() or name == "__import__")
_IMPORTERS = frozenset({"__import__", "importlib.import_module", "importlib.__import__"})


def read_symbols(data: bytes, text: str) -> Symbols:
    """Return the symbols of a Python file; ``text`` is ``data``, decoded."""
    symbols = Symbols()
    lines = text.split("\n")
    for host, line in hosts_in(lines):
        symbols.add(SymbolKind.HOST, host, line)
    if sum(1 for _ in _TOKEN.finditer(text)) > MAX_TOKENS:
        symbols.note = "Too long to be parsed: only its imports and hosts are in the index."
    else:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
            _Reader(symbols, list(ast.walk(tree))).read()
            symbols.is_parsed = True
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            symbols.note = "Python cannot parse it: only its imports and hosts are in the index."
    if not symbols.is_parsed:
        _read_import_lines(symbols, lines)
    return symbols


def _read_import_lines(symbols: Symbols, lines: list[str]) -> None:
    for number, line in enumerate(lines, start=1):
        match = _IMPORT.match(line[:1_000])
        if match is None:
            continue
        names = [match[2]] if match[2] else [part.split()[0] for part in _parts(match[1])]
        for name in names:
            _add_import(symbols, name, number)


def _parts(text: str | None) -> list[str]:
    return [part for part in (text or "").split(",") if part.strip()]


def _add_import(symbols: Symbols, name: str, line: int) -> None:
    """Add an import with the packages that it contains: ``a.b`` imports ``a`` too."""
    parts = name.split(".")
    if not parts[0]:  # relative
        symbols.add(SymbolKind.IMPORT, name, line)
        return
    for end in range(1, min(len(parts), _MAX_PARTS) + 1):
        symbols.add(SymbolKind.IMPORT, ".".join(parts[:end]), line)


_Names: TypeAlias = tuple[str, ...]


class _Reader:
    """Adds the symbols of a tree; ``nodes`` are all of it, each before its children."""

    def __init__(self, symbols: Symbols, nodes: list[ast.AST]) -> None:
        self.symbols = symbols
        self.nodes = nodes
        self.meanings: dict[str, _Names] = {}

    def read(self) -> None:
        for node in self.nodes:
            if isinstance(node, ast.Import):
                self._import(node)
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.symbols.add(SymbolKind.DEFINITION, node.name, node.lineno)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for host in bare_hosts(node.value):
                    self.symbols.add(SymbolKind.HOST, host, node.lineno)
        for node in self.nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                for name in self._resolve(node.value):
                    self._mean(node.targets[0].id, name)
        self._read_uses()

    def _mean(self, name: str, meaning: str) -> None:
        known = self.meanings.get(name, ())
        if meaning not in known and len(known) < _MAX_MEANINGS:
            self.meanings[name] = (*known, meaning)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            _add_import(self.symbols, alias.name, node.lineno)
            first = alias.name.partition(".")[0]
            self._mean(alias.asname or first, alias.name if alias.asname else first)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            name = module + alias.name if module.endswith(".") else f"{module}.{alias.name}"
            _add_import(self.symbols, name, node.lineno)
            self._mean(alias.asname or alias.name, name)

    def _read_uses(self) -> None:
        called = {id(node.func) for node in self.nodes if isinstance(node, ast.Call)}
        inner: set[int] = set()
        for node in self.nodes:
            kind = SymbolKind.CALL if id(node) in called else SymbolKind.NAME
            if isinstance(node, ast.Call):
                self._read_call(node, kind)
            if id(node) in inner or not isinstance(node, ast.Attribute | ast.Name):
                continue
            part: ast.AST = node
            while isinstance(part, ast.Attribute):
                part = part.value
                inner.add(id(part))
            for name in self._resolve(node):
                self.symbols.add(kind, name, node.lineno)

    def _read_call(self, node: ast.Call, kind: SymbolKind) -> None:
        """Add the module of ``__import__("a")``, and the name of ``getattr(a, "b")``."""
        for name in self._resolve(node):
            if _is_constant(node, 0):
                _add_import(self.symbols, name, node.lineno)
            else:
                self.symbols.add(kind, name, node.lineno)

    def _resolve(self, node: ast.AST, nesting: int = 0) -> _Names:
        """Return the full names that an expression can have; none for a name of the file itself."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if len(parts) > _MAX_PARTS or nesting > _MAX_NESTING:
            return ()
        roots: _Names = ()
        if isinstance(node, ast.Name):
            roots = self.meanings.get(node.id, ())
            if not roots and node.id in _BUILTINS:
                roots = (node.id,)
        elif isinstance(node, ast.Call):
            roots = self._result_of(node, nesting)
        return tuple(".".join([root, *reversed(parts)]) for root in roots)

    def _result_of(self, call: ast.Call, nesting: int) -> _Names:
        functions = self._resolve(call.func, nesting + 1)
        if _is_constant(call, 0) and not _IMPORTERS.isdisjoint(functions):
            return (call.args[0].value,)  # type: ignore[attr-defined]
        if "getattr" in functions and len(call.args) > 1 and _is_constant(call, 1):
            name = call.args[1].value  # type: ignore[attr-defined]
            return tuple(f"{of}.{name}" for of in self._resolve(call.args[0], nesting + 1))
        return ()


def _is_constant(call: ast.Call, index: int) -> bool:
    """Whether an argument is a string that can be a name."""
    if len(call.args) <= index or not isinstance(call.args[index], ast.Constant):
        return False
    value = call.args[index].value  # type: ignore[attr-defined]
    return isinstance(value, str) and value.replace(".", "").isidentifier()


def read_hosts(text: str) -> Symbols:
    """Return the hosts of a source that is not Python."""
    symbols = Symbols()
    for host, line in hosts_in(text.split("\n")):
        symbols.add(SymbolKind.HOST, host, line)
    return symbols
