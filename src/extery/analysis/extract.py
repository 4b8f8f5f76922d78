"""Extract the facts of a module from its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

from extery.analysis.columns import Columns
from extery.analysis.declarations import Declarations
from extery.analysis.declare import declare
from extery.analysis.facts import (
    Assignment,
    Call,
    Class,
    Import,
    Item,
    ModuleFacts,
    Suppression,
    Text,
    Use,
)
from extery.analysis.flow import follow, follow_with_imports
from extery.analysis.flow_facts import Flow
from extery.analysis.scopes import Scope, path_of
from extery.analysis.values import path_and_mentions, value_of
from extery.analysis.walk import Walk

#: A string with this many characters is recorded, whatever it contains.
LONG_TEXT = 1_000
MAX_TEXT = 300
MAX_ARGUMENTS = 20
MAX_SUPPRESSIONS = 1_000
#: Characters of a text that are searched for a URL.
MAX_SEARCHED = 20_000

_URL = re.compile(r"https?:|www\.|\.(?:com|org|net|io|me|app)\b")
_SUPPRESSION = re.compile(
    r"#\s*extery:\s*ignore\[([^\]\n]{0,400})\][ \t]*(?:[-:][ \t]*)?([^\n]{0,300})"
)
_CONTEXTS = {ast.Load: "load", ast.Store: "store", ast.Del: "del"}


def extract(
    path: str,
    tree: ast.Module,
    text: str,
    wanted: Collection[str] = (),
    *,
    declarations: bool = False,
) -> ModuleFacts:
    """Return the facts about a module; ``text`` is its source. Raises `TooManyFacts`.

    ``declarations`` adds those. Names are resolved after the walk, when all scopes are known.
    """
    columns = Columns(text)
    walk = Walk(tree, columns)
    facts = _Recorder(columns).record(walk)
    lines = text.split("\n")
    return ModuleFacts(
        path,
        lines=len(lines),
        longest_line=max(map(len, lines), default=0),
        imports=tuple(facts[Import]),
        calls=tuple(facts[Call]),
        uses=tuple(facts[Use]),
        items=tuple(facts[Item]),
        assignments=tuple(facts[Assignment]),
        classes=tuple(facts[Class]),
        functions=tuple(walk.functions.values()),
        texts=tuple(facts[Text]),
        suppressions=tuple(_suppressions(text)),
        flow=follow(tree, text, columns, wanted) if wanted else Flow(),
        declarations=declare(tree, walk, text) if declarations else Declarations(),
    )


def extract_flow(path: str, tree: ast.Module, text: str, wanted: Collection[str]) -> ModuleFacts:
    """Return the imports, suppressions and the flow of a module."""
    flow, imports = follow_with_imports(tree, text, Columns(text), wanted)
    return ModuleFacts(path, imports=imports, suppressions=tuple(_suppressions(text)), flow=flow)


class _Recorder:
    """Makes facts of nodes."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def record(self, walk: Walk) -> dict[type, list[Any]]:
        kinds = (Import, Call, Use, Item, Assignment, Class, Text)
        facts: dict[type, list[Any]] = {kind: [] for kind in kinds}
        for node, scope, is_guarded in walk.found:
            for fact in self._RECORD[type(node)](self, node, scope, is_guarded):
                facts[type(fact)].append(fact)
        return facts

    def _imports(self, node: Any, scope: Scope, is_guarded: bool) -> Iterator[Import]:
        is_from = isinstance(node, ast.ImportFrom)
        for alias in node.names:
            yield Import(
                self._columns.of(node),
                (node.module or "") if is_from else alias.name,
                alias.name if is_from else "",
                node.level if is_from else 0,
                scope.name,
                is_guarded,
            )

    def _chain(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Use | Call | Item]:
        """Yield a chain that ends with an attribute, and its calls and items, the last one first."""
        if isinstance(node, ast.Attribute):
            path = path_of(node, scope) or f"~.{node.attr}"
            yield Use(self._columns.of(node), path, scope.name, _CONTEXTS[type(node.ctx)])
        current: ast.AST = node
        while True:
            if isinstance(current, ast.Call):
                yield self._call(current, scope)
                current = current.func
            elif isinstance(current, ast.Subscript):
                yield self._item(current, scope)
                current = current.value
            elif isinstance(current, ast.Attribute):
                current = current.value
            else:
                return

    def _call(self, node: ast.Call, scope: Scope) -> Call:
        keywords = [(one.arg or "**", one.value) for one in node.keywords[:MAX_ARGUMENTS]]
        path, owner = path_and_mentions(node.func, scope)
        return Call(
            self._columns.of(node),
            path or "~",
            scope.name,
            owner,
            tuple(value_of(one, scope) for one in node.args[:MAX_ARGUMENTS]),
            tuple((name, value_of(value, scope)) for name, value in keywords),
        )

    def _item(self, node: ast.Subscript, scope: Scope) -> Item:
        return Item(
            self._columns.of(node),
            path_of(node.value, scope) or "~",
            value_of(node.slice, scope),
            self._columns.of(node.slice),
            scope.name,
            _CONTEXTS[type(node.ctx)],
        )

    def _name(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Use]:
        if node.ctx.__class__ is ast.Load:
            path = path_of(node, scope)
            if not path.startswith("~"):
                yield Use(self._columns.of(node), path, scope.name, "load")

    def _assignment(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Assignment]:
        if node.value is None:
            return
        value = value_of(node.value, scope)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                name = f"%{target.id}" if not scope.name else f"~{target.id}"
            elif isinstance(target, ast.Attribute | ast.Subscript):
                name = path_of(target, scope) or "~"
            else:
                continue
            yield Assignment(self._columns.of(node), name, value, scope.name)

    def _class(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Class]:
        fields = []
        for statement in node.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if isinstance(statement, ast.AnnAssign) and statement.value is not None:
                targets = [statement.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    value = value_of(statement.value, scope)
                    fields.append((target.id, value, self._columns.of(statement)))
        bases = tuple(path_of(base, scope) or "~" for base in node.bases[:20])
        name = f"{scope.name}.{node.name}" if scope.name else node.name
        yield Class(self._columns.of(node), name, bases, tuple(fields[:200]), scope.name)

    def _format_string(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Text]:
        parts = [one.value if isinstance(one, ast.Constant) else "{}" for one in node.values]
        text = "".join(map(str, parts))
        if _URL.search(text[:MAX_SEARCHED]):
            yield Text(self._columns.of(node), text[:MAX_TEXT], len(text), scope.name)

    def _string(self, node: Any, scope: Scope, _guarded: bool) -> Iterator[Text]:
        value = node.value
        if isinstance(value, str | bytes) and len(value) > 4:
            start = (
                value[:MAX_SEARCHED]
                if isinstance(value, str)
                else value[:MAX_TEXT].decode("latin-1")
            )
            if len(value) >= LONG_TEXT or _URL.search(start):
                yield Text(self._columns.of(node), start[:MAX_TEXT], len(value), scope.name)

    _RECORD: ClassVar[Mapping[type, Callable[[_Recorder, Any, Scope, bool], Iterator[Any]]]] = {
        ast.Import: _imports,
        ast.ImportFrom: _imports,
        ast.Call: _chain,
        ast.Attribute: _chain,
        ast.Subscript: _chain,
        ast.Name: _name,
        ast.Assign: _assignment,
        ast.AnnAssign: _assignment,
        ast.AugAssign: _assignment,
        ast.ClassDef: _class,
        ast.Constant: _string,
        ast.JoinedStr: _format_string,
    }


def _suppressions(text: str) -> Iterator[Suppression]:
    if "extery:" not in text:
        return
    line, counted = 1, 0
    for match in islice(_SUPPRESSION.finditer(text), MAX_SUPPRESSIONS):
        codes = tuple(code.strip() for code in match[1].split(",") if code.strip())
        start = text.rfind("\n", 0, match.start()) + 1
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield Suppression(line, codes, match[2].strip(), not text[start : match.start()].strip())
