"""Values of expressions across the modules of an extension, as far as they can be known without running it.

Names are followed to constants, classes and imports of other modules; loops over tables and parameters of functions to all
values that they have. What depends on anything else is `UNKNOWN`.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from extery.analysis.declarations import (
    CallDeclaration,
    ClassDeclaration,
    Constant,
    Expression,
    Loop,
)
from extery.analysis.facts import ModuleFacts
from extery.rules.blender_modules import BLENDER_MODULES

MAX_DEPTH = 12
#: Values of the variables of one call, in loops and for all calls of its function.
MAX_VARIANTS = 400
#: Calls of functions that are followed from a parameter.
MAX_CALLERS = 3
MAX_ITEMS = 2_000
#: Steps for an extension: an expression is one, and so is each item of a table.
MAX_STEPS = 2_000_000

_TRANSLATIONS = ("bpy.app.translations.pgettext",)
_SAME = frozenset(
    {
        "builtins.tuple",
        "builtins.list",
        "builtins.set",
        "builtins.sorted",
        "builtins.reversed",
        "builtins.str",
        "builtins.frozenset",
    }
)
#: Modules of Blender from which everything is imported.
_STAR_MODULES = frozenset({"bpy.types", "bpy.props", "bpy_extras.io_utils"})


class Value(NamedTuple):
    """The value of an expression.

    ``kind`` is ``str``, ``number``, ``bool`` or ``none`` with its ``text``; ``list`` or ``dict`` (keys and values in turn) with ``items``, all of
    them if ``is_complete``; ``own`` for a class or function of the extension, as ``path.py:name``; ``module`` with the path of one;
    ``name`` for a path of names of others; ``call`` with the path of what is called, ``items`` and ``keys`` as in an expression; ``instance`` of an own class with the same; or ``unknown``.
    """

    kind: str
    text: str = ""
    items: tuple[Value, ...] = ()
    keys: tuple[str, ...] = ()
    is_complete: bool = True

    def argument(self, index: int, name: str) -> Value | None:
        """Return an argument of a call by its index or its name."""
        positional = len(self.items) - len(self.keys)
        if 0 <= index < positional:
            return self.items[index]
        if name in self.keys:
            return self.items[positional + self.keys.index(name)]
        return None


UNKNOWN = Value("unknown")
Variables = Mapping[str, Value]
NO_VARIABLES: Variables = {}


class Site(NamedTuple):
    """A call in a module, with the values of the variables around it."""

    module: ModuleFacts
    declaration: CallDeclaration
    variables: Variables

    @property
    def line(self) -> int:
        return self.declaration.line

    @property
    def name(self) -> str:
        """The path of what is called."""
        return self.declaration.call.text


class Evaluator:
    """Evaluates the expressions of ``modules``; ``extension_id`` is that of the manifest, or empty."""

    def __init__(self, modules: Sequence[ModuleFacts], extension_id: str = "") -> None:
        self.modules = modules
        self.extension_id = extension_id
        self.by_path = {module.path: module for module in modules}
        self.classes: dict[str, ClassDeclaration] = {}
        self._functions: set[str] = set()
        self._constants: dict[str, list[Constant]] = {}
        self._added: dict[str, list[CallDeclaration]] = {}
        self._imports: dict[str, dict[str, tuple[str, int, str]]] = {}
        self._stars: dict[str, list[str]] = {}
        self._loops: dict[tuple[str, str], list[Loop]] = {}
        self._parameters: dict[str, tuple[str, ...]] = {}
        self._callers: dict[str, list[tuple[ModuleFacts, CallDeclaration]]] | None = None
        self._evaluating: set[str] = set()
        self._known: dict[str, Value] = {}
        self._lineages: dict[str, list[str]] = {}
        self._steps = MAX_STEPS
        for module in modules:
            self._index(module)

    def _index(self, module: ModuleFacts) -> None:
        path, declared = module.path, module.declarations
        for one in declared.classes:
            self.classes.setdefault(f"{path}:{one.name}", one)
        self._functions.update(f"{path}:{one.name}" for one in module.functions)
        for constant in declared.constants:
            self._constants.setdefault(f"{path}:{constant.name}", []).append(constant)
        for call in declared.calls:
            name, _, method = call.call.text.rpartition(".")
            if name.startswith("%") and method in ("append", "extend"):
                self._added.setdefault(f"{path}:{name[1:]}", []).append(call)
        for loop in declared.loops:
            self._loops.setdefault((path, loop.function), []).append(loop)
        for name, names in declared.parameters:
            self._parameters.setdefault(f"{path}:{name}", names)
        self._stars[path] = [
            "." * one.level + one.module for one in module.imports if one.name == "*"
        ]
        self._imports[path] = {
            one.name: (one.module, one.level, one.name)
            for one in module.imports
            if one.name and one.name != "*"
        }

    def evaluate(
        self,
        expression: Expression | None,
        module: ModuleFacts,
        variables: Variables = NO_VARIABLES,
    ) -> Value:
        """Return the value of an expression in a module."""
        return UNKNOWN if expression is None else self._value(expression, module, variables, 0)

    def sites(self, *names: str) -> Iterator[Site]:
        """Yield the calls to one of ``names``, whole paths or ends that begin with a dot: once for all values of their variables."""
        ends = tuple(name for name in names if name.startswith("."))
        for module in self.modules:
            for declaration in module.declarations.calls:
                text = declaration.call.text
                if text in names or (ends and text.endswith(ends)):
                    for variables in self.variables(module, declaration):
                        yield Site(module, declaration, variables)

    def arguments(self, site: Site) -> Value:
        """Return the call of a site with the values of its arguments."""
        call = site.declaration.call
        items = tuple(self.evaluate(one, site.module, site.variables) for one in call.items)
        return Value("call", call.text, items, call.keys)

    def variables(
        self, module: ModuleFacts, declaration: CallDeclaration, callers: int = 0
    ) -> list[Variables]:
        """Return the values of the variables around a call: one mapping for each turn of the loops and each caller."""
        found: list[Variables] = [NO_VARIABLES]
        names = {one.text for one in _variables_in(declaration.call)}
        loops = [
            loop
            for loop in self._loops.get((module.path, declaration.function), ())
            if loop.line <= declaration.line <= loop.end_line
        ]
        if not names:
            return found
        for loop in loops:
            names |= {one.text for one in _variables_in(loop.over)}
        if callers < MAX_CALLERS and declaration.function:
            found = self._parameter_values(module, declaration.function, names, callers)
        for loop in sorted(loops, key=lambda one: (one.line, -one.end_line)):
            found = [more for one in found for more in self._turns(loop, module, one)]
            found = found[:MAX_VARIANTS]
        return found

    def _turns(self, loop: Loop, module: ModuleFacts, around: Variables) -> Iterator[Variables]:
        over = self.evaluate(loop.over, module, around)
        if over.kind == "dict":
            over = over._replace(kind="list", items=over.items[::2])
        if over.kind != "list":
            yield around
            return
        for item in over.items:
            if not loop.is_tuple:
                yield {**around, loop.targets[0]: item} if loop.targets[0] else around
            elif item.kind == "list" and len(item.items) == len(loop.targets):
                yield {**around, **dict(zip(loop.targets, item.items, strict=True))}
            else:
                yield around
        if not over.is_complete:
            yield around

    def _parameter_values(
        self, module: ModuleFacts, function: str, names: set[str], callers: int
    ) -> list[Variables]:
        key = f"{module.path}:{function}"
        parameters = self._parameters.get(key, ())
        if not names.intersection(parameters):
            return [NO_VARIABLES]
        found: list[Variables] = []
        offset = 1 if parameters[:1] in (("self",), ("cls",)) else 0
        for caller, declaration in self._callers_of(key)[:MAX_VARIANTS]:
            for around in self.variables(caller, declaration, callers + 1):
                values = {}
                for index, name in enumerate(parameters[offset:]):
                    argument = declaration.call.argument(index, name)
                    if argument is not None and name in names:
                        values[name] = self.evaluate(argument, caller, around)
                found.append(values)
                if len(found) >= MAX_VARIANTS:
                    return found
        return found or [NO_VARIABLES]

    def _callers_of(self, key: str) -> list[tuple[ModuleFacts, CallDeclaration]]:
        if self._callers is None:
            self._callers = {}
            for module in self.modules:
                for one in module.declarations.calls:
                    if function := self._called(one, module):
                        self._callers.setdefault(function, []).append((module, one))
        return self._callers.get(key, [])

    def _called(self, one: CallDeclaration, module: ModuleFacts) -> str:
        """Return the function of the extension that is called, as ``path.py:name``."""
        text = one.call.text
        if text.startswith(("~self.", "~cls.")):
            owner = one.function.rpartition(".")[0]
            return f"{module.path}:{owner}.{text.partition('.')[2]}" if owner else ""
        if text.startswith(("%", ".")) or text.partition(".")[0] == self.extension_id:
            value = self._name(text, module, 0)
            return value.text if value.kind == "own" else ""
        if text.startswith("~") and "." not in text and one.function:
            return f"{module.path}:{one.function}.{text[1:]}"
        return ""

    def _value(
        self, expression: Expression, module: ModuleFacts, variables: Variables, depth: int
    ) -> Value:
        kind, items = expression.kind, expression.items
        self._steps -= 1
        if depth > MAX_DEPTH or self._steps < 0:
            return UNKNOWN
        if kind in ("str", "number", "bool", "none"):
            return Value(kind, expression.text)
        if kind == "variable":
            return variables.get(expression.text, UNKNOWN)
        if kind == "name":
            return self._name(expression.text, module, depth + 1)
        if kind == "call":
            return self._call(expression, module, variables, depth + 1)
        values = [self._value(one, module, variables, depth + 1) for one in items]
        if kind == "list":
            return _joined_list(values, expression)
        if kind == "star":
            return values[0]
        if kind == "dict":
            return Value("dict", "", tuple(values))
        if kind == "format":
            return _text_of(values)
        if kind == "sum":
            return _sum(values)
        if kind == "attribute":
            return self._attribute(values[0], expression.text, depth + 1)
        return _item(*values) if kind == "item" and len(values) == 2 else UNKNOWN

    def _call(
        self, expression: Expression, module: ModuleFacts, variables: Variables, depth: int
    ) -> Value:
        text = expression.text
        items = tuple(self._value(one, module, variables, depth) for one in expression.items)
        if len(items) == 1 and (text in _SAME or text.startswith(_TRANSLATIONS)):
            is_text = text == "builtins.str" and items[0].kind != "str"
            return UNKNOWN if is_text else items[0]
        if text == "builtins.enumerate" and items and items[0].kind == "list":
            pairs = [
                Value("list", "", (Value("number", str(i)), one))
                for i, one in enumerate(items[0].items)
            ]
            return items[0]._replace(items=tuple(pairs))
        base, _, method = text.rpartition(".")
        if method in ("items", "values", "keys", "get") and base and "(" not in base:
            owner = (
                variables.get(base[1:], UNKNOWN)
                if base.startswith("~")
                else self._name(base, module, depth)
            )
            if owner.kind == "dict":
                return _of_dict(owner, method, items)
        if text.startswith(("%", ".")) and "(" not in text:
            owner = self._name(text, module, depth)
            if owner.kind == "own" and owner.text in self.classes:
                return Value("instance", owner.text, items, expression.keys)
        return Value("call", text, items, expression.keys)

    def _name(self, path: str, module: ModuleFacts, depth: int) -> Value:
        if depth > MAX_DEPTH or "(" in path or "[" in path:
            return UNKNOWN
        if path.startswith("%"):
            return self._in_module(path[1:].split("."), module, depth)
        if path.startswith("*"):
            return self._from_star(path[1:].split("."), module, depth)
        if path.startswith("~"):
            return UNKNOWN
        if path == "__package__" or path == "__name__":
            return Value("name", path)
        own = self._own_path(path, module)
        if own is None:
            return Value("name", path)
        target, rest = own
        return self._in_module(rest, target, depth) if rest else Value("module", target.path)

    def _from_star(self, names: list[str], module: ModuleFacts, depth: int) -> Value:
        """Return the value of names that one of the modules has from which everything is imported."""
        for base in self._stars[module.path]:
            own = self._own_path(base, module)
            if own is None:
                if base in _STAR_MODULES:
                    return Value("name", f"{base}.{'.'.join(names)}")
            elif not own[1] and own[0] is not module:
                value = self._in_module(names, own[0], depth + 1)
                if value.kind != "unknown":
                    return value
        return UNKNOWN

    def _own_path(self, path: str, module: ModuleFacts) -> tuple[ModuleFacts, list[str]] | None:
        """Return the module of the extension in a path of names, and the names in it."""
        rest = path.lstrip(".")
        folder, parts = posixpath.dirname(module.path), rest.split(".")
        level = len(path) - len(rest)
        if not level:
            if parts[0] != self.extension_id and not self._is_own_top(parts[0]):
                return None
            folder = ""
            parts = parts[1:] if parts[0] == self.extension_id else parts
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        for length in range(len(parts), -1, -1):
            base = posixpath.join(folder, *parts[:length])
            for name in (f"{base}.py", posixpath.join(base, "__init__.py")):
                if found := self.by_path.get(name):
                    return found, parts[length:]
        return None

    def _is_own_top(self, name: str) -> bool:
        if name in sys.stdlib_module_names or name in BLENDER_MODULES:
            return False
        return f"{name}.py" in self.by_path or f"{name}/__init__.py" in self.by_path

    def _in_module(self, names: list[str], module: ModuleFacts, depth: int) -> Value:
        """Return the value of names in a module, those of its imports too."""
        key = f"{module.path}:{names[0]}"
        value = UNKNOWN
        if key in self._known:
            value = self._known[key]
        elif key in self._constants and key not in self._evaluating:
            self._evaluating.add(key)
            try:
                value = self._constant(key, module, depth)
            finally:
                self._evaluating.discard(key)
            if (
                not self._evaluating
            ):  # else it may be incomplete, because of one that is being evaluated
                self._known[key] = value
        elif key in self.classes or key in self._functions:
            value = Value("own", key)
        elif found := self._imports[module.path].get(names[0]):
            base, level, name = found
            if (
                level
                or base.partition(".")[0] == self.extension_id
                or self._is_own_top(base.partition(".")[0])
            ):
                path = "." * level + (f"{base}.{name}" if base else name)
                value = self._name(path, module, depth + 1)
            else:
                value = Value("name", f"{base}.{name}")
        elif self._stars[module.path]:
            value = self._from_star(names[:1], module, depth + 1)
        for name in names[1:]:
            value = self._attribute(value, name, depth + 1)
        return value

    def _constant(self, key: str, module: ModuleFacts, depth: int) -> Value:
        assigned = self._constants[key]
        values = [self._value(one.value, module, NO_VARIABLES, depth + 1) for one in assigned]
        added = self._added.get(key, ())
        if len(values) == 1 and not added:
            return values[0] if not assigned[0].is_added else UNKNOWN
        if all(value.kind == "list" for value in values):
            items = [item for value in values for item in value.items]
            is_complete = all(value.is_complete for value in values)
            for one in added:
                for variables in self.variables(module, one):
                    argument = one.call.argument(0, "")
                    value = self.evaluate(argument, module, variables)
                    if one.call.text.endswith(".append"):
                        items.append(value)
                    else:
                        items += value.items if value.kind == "list" else ()
                        is_complete = is_complete and value.kind == "list"
            return Value("list", "", tuple(items[:MAX_ITEMS]), is_complete=is_complete)
        return values[0] if len(set(values)) == 1 and not added else UNKNOWN

    def _attribute(self, value: Value, name: str, depth: int) -> Value:
        if value.kind == "module":
            return self._in_module([name], self.by_path[value.text], depth)
        if value.kind == "name":
            return Value("name", f"{value.text}.{name}")
        if value.kind == "own" and value.text in self.classes:
            if name in ("__name__", "__qualname__"):
                return Value("str", self.classes[value.text].name)
            return self.field(value.text, name, depth)[0]
        if value.kind == "instance":
            annotated = self.classes[value.text].annotated
            if name in annotated and "__init__" not in self.classes[value.text].methods:
                given = value.argument(annotated.index(name), name)
                return given if given is not None else self.field(value.text, name, depth)[0]
        return UNKNOWN

    def field(self, key: str, name: str, depth: int = 0) -> tuple[Value, int]:
        """Return a field of a class or of its bases in the extension, and its line; 0 if nothing assigns it."""
        for own in self.lineage(key):
            module = self.by_path[own.partition(":")[0]]
            found = [
                (value, line) for field, value, line in self.classes[own].fields if field == name
            ]
            if found:
                values = {self._value(value, module, NO_VARIABLES, depth + 1) for value, _ in found}
                return (values.pop() if len(values) == 1 else UNKNOWN), found[-1][1]
        return UNKNOWN, 0

    def lineage(self, key: str) -> list[str]:
        """Return a class and its bases in the extension, the nearest first, each once."""
        if key in self._lineages:
            return self._lineages[key]
        found: list[str] = []
        waiting = [key]
        while waiting and len(found) < 60:
            current = waiting.pop(0)
            if current in found or current not in self.classes:
                continue
            found.append(current)
            module = self.by_path[current.partition(":")[0]]
            owner = self.classes[current]
            inner = [self._base(base, owner, module) for base in owner.bases]
            waiting = [one.text for one in inner if one.kind == "own"] + waiting
        self._lineages[key] = found
        return found

    def bases(self, key: str) -> set[str]:
        """Return the paths of the bases of a class, and of those of its bases, that are not in the extension."""
        found = set()
        for own in self.lineage(key):
            module = self.by_path[own.partition(":")[0]]
            for base in self.classes[own].bases:
                value = self._base(base, self.classes[own], module)
                if value.kind == "name":
                    found.add(value.text)
                elif value.kind == "unknown":
                    found.add(base.lstrip("~"))
        return found

    def _base(self, path: str, owner: ClassDeclaration, module: ModuleFacts) -> Value:
        if path.startswith("~") and owner.function:
            key = f"{module.path}:{owner.function}.{path[1:]}"
            if key in self.classes:
                return Value("own", key)
        if path.startswith("~") and self._stars[module.path]:
            return self._name(f"*{path[1:]}", module, 0)
        return self._name(path, module, 0)


def _variables_in(expression: Expression) -> Iterator[Expression]:
    stack = [expression]
    while stack:
        current = stack.pop()
        if current.kind == "variable":
            yield current
        elif current.kind == "call" and current.text.startswith("~"):
            yield Expression("variable", current.text[1:].partition(".")[0])
        stack += current.items


def _joined_list(values: list[Value], expression: Expression) -> Value:
    """Return a list with the items of those with a star in it."""
    items: list[Value] = []
    is_complete = True
    for value, one in zip(values, expression.items, strict=True):
        if one.kind != "star":
            items.append(value)
        elif value.kind == "list":
            items += value.items
            is_complete = is_complete and value.is_complete
        else:
            is_complete = False
    return Value("list", "", tuple(items[:MAX_ITEMS]), is_complete=is_complete)


def _text_of(values: list[Value]) -> Value:
    """Return the text of an f-string; with unknown parts it is unknown, and has the known ones as its text."""
    if all(value.kind in ("str", "number") for value in values):
        return Value("str", "".join(value.text for value in values))
    return Value(
        "unknown", "".join(v.text if v.kind in ("str", "number") else "{}" for v in values)
    )


def _sum(values: list[Value]) -> Value:
    if len(values) != 2:
        return UNKNOWN
    kinds = {value.kind for value in values}
    if kinds == {"str"}:
        return _text_of(values)
    if "list" in kinds and kinds <= {"list", "unknown", "call"}:
        items = [item for value in values if value.kind == "list" for item in value.items]
        is_complete = kinds == {"list"} and all(value.is_complete for value in values)
        return Value("list", "", tuple(items[:MAX_ITEMS]), is_complete=is_complete)
    return _text_of(values) if "str" in kinds else UNKNOWN


def _item(base: Value, key: Value) -> Value:
    if base.kind == "dict":
        return _of_dict(base, "get", (key,))
    if base.kind == "list" and key.kind == "number" and key.text.isdigit():
        index = int(key.text)
        return base.items[index] if index < len(base.items) and base.is_complete else UNKNOWN
    if base.kind == "name" and key.kind == "str":
        return Value("name", f"{base.text}[{key.text!r}]")
    return UNKNOWN


def _of_dict(owner: Value, method: str, arguments: tuple[Value, ...]) -> Value:
    keys, values = owner.items[::2], owner.items[1::2]
    if method == "keys":
        return Value("list", "", keys)
    if method == "values":
        return Value("list", "", values)
    if method == "items":
        pairs = zip(keys, values, strict=True)
        return Value("list", "", tuple(Value("list", "", pair) for pair in pairs))
    if not arguments or arguments[0].kind not in ("str", "number"):
        return UNKNOWN
    found = [value for key, value in zip(keys, values, strict=True) if key == arguments[0]]
    if found:
        return found[-1]
    if any(key.kind == "unknown" for key in keys):
        return UNKNOWN
    return arguments[1] if len(arguments) > 1 else Value("none")
