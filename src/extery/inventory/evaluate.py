"""Values of expressions across the modules of an extension, as far as they can be known without running it.

Names are followed to constants, classes and imports of other modules; loops over tables and parameters of functions to all
values that they have. What depends on anything else is `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extery.analysis.declarations import CallDeclaration, ClassDeclaration, Expression
from extery.analysis.facts import ModuleFacts
from extery.inventory.hierarchy import PLAIN_BASES, Hierarchy
from extery.inventory.index import ModuleIndex
from extery.inventory.sites import Site, Sites
from extery.inventory.values import (
    MAX_ITEMS,
    NO_VARIABLES,
    UNKNOWN,
    Value,
    Variables,
    dict_method,
    item_of,
    joined_list,
    joined_sum,
    joined_text,
)

MAX_DEPTH = 12
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


class Evaluator:
    """Evaluates the expressions of ``modules``; ``extension_id`` is that of the manifest, or empty."""

    def __init__(self, modules: Sequence[ModuleFacts], extension_id: str = "") -> None:
        self.index = ModuleIndex(modules, extension_id)
        self._sites = Sites(self.index, self)
        self._evaluating: set[str] = set()
        self._known: dict[str, Value] = {}
        self._hierarchy = Hierarchy(self.index, self._base)
        self._steps = MAX_STEPS

    @property
    def modules(self) -> Sequence[ModuleFacts]:
        return self.index.modules

    @property
    def classes(self) -> Mapping[str, ClassDeclaration]:
        """The classes by ``path.py:name``."""
        return self.index.classes

    @property
    def by_path(self) -> Mapping[str, ModuleFacts]:
        return self.index.by_path

    def sites(self, *names: str) -> Iterator[Site]:
        """Yield the calls to one of ``names``: see `Sites.find`."""
        return self._sites.find(*names)

    def arguments(self, site: Site) -> Value:
        """Return the call of a site with the values of its arguments."""
        return self._sites.arguments(site)

    def variables(self, module: ModuleFacts, declaration: CallDeclaration) -> list[Variables]:
        """Return the values of the variables around a call: see `Sites.variables`."""
        return self._sites.variables(module, declaration)

    def evaluate(
        self,
        expression: Expression | None,
        module: ModuleFacts,
        variables: Variables = NO_VARIABLES,
    ) -> Value:
        """Return the value of an expression in a module."""
        return UNKNOWN if expression is None else self._value(expression, module, variables, 0)

    def _value(
        self, expression: Expression, module: ModuleFacts, variables: Variables, depth: int
    ) -> Value:
        kind = expression.kind
        self._steps -= 1
        if depth > MAX_DEPTH or self._steps < 0:
            return UNKNOWN
        if kind in ("str", "number", "bool", "none"):
            return Value(kind, expression.text)
        if kind == "variable":
            return variables.get(expression.text, UNKNOWN)
        if kind == "name":
            root, *rest = expression.text.lstrip("%").split(".")
            if expression.text.startswith("%") and root in variables:  # of a loop in the module
                return self._attributes(variables[root], rest, depth + 1)
            return self.name_value(expression.text, module, depth + 1)
        if kind == "call":
            return self._call(expression, module, variables, depth + 1)
        values = [self._value(one, module, variables, depth + 1) for one in expression.items]
        return self._combined(expression, values, depth)

    def _combined(self, expression: Expression, values: list[Value], depth: int) -> Value:
        """Return the value of an expression from those of its parts."""
        kind = expression.kind
        if kind == "list":
            return joined_list(values, expression)
        if kind == "dict":
            return Value("dict", "", tuple(values))
        if kind == "format":
            return joined_text(values)
        if kind == "sum":
            return joined_sum(values)
        if kind == "attribute":
            return self._attribute(values[0], expression.text, depth + 1)
        if kind == "star":
            return values[0]
        return item_of(*values) if kind == "item" and len(values) == 2 else UNKNOWN

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
                if base[1:] in variables
                else self.name_value(base, module, depth)
            )
            if owner.kind == "dict":
                return dict_method(owner, method, items)
        if text.startswith(("%", ".")) and "(" not in text:
            owner = self.name_value(text, module, depth)
            if owner.kind == "own" and owner.text in self.index.classes:
                return Value("instance", owner.text, items, expression.keys)
        return Value("call", text, items, expression.keys)

    def name_value(self, path: str, module: ModuleFacts, depth: int) -> Value:
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
        own = self.index.own_path(path, module)
        if own is None:
            return Value("name", path)
        target, rest = own
        return self._in_module(rest, target, depth) if rest else Value("module", target.path)

    def _from_star(self, names: list[str], module: ModuleFacts, depth: int) -> Value:
        """Return the value of names that one of the modules has from which everything is imported, or one of theirs."""
        waiting, seen = [module], {module.path}
        while waiting:
            current = waiting.pop(0)
            for base in self.index.stars[current.path]:
                own = self.index.own_path(base, current)
                if own is None:
                    if base in _STAR_MODULES:
                        return Value("name", f"{base}.{'.'.join(names)}")
                elif not own[1] and own[0].path not in seen:
                    seen.add(own[0].path)
                    waiting.append(own[0])
                    value = self._defined(names[0], own[0], depth + 1)
                    if value is not None:
                        return self._attributes(value, names[1:], depth)
        return UNKNOWN

    def _in_module(self, names: list[str], module: ModuleFacts, depth: int) -> Value:
        """Return the value of names in a module, those of its imports too."""
        self._steps -= 1
        if depth > MAX_DEPTH or self._steps < 0:
            return UNKNOWN
        value = self._defined(names[0], module, depth)
        if value is None:
            return (
                self._from_star(names, module, depth) if self.index.stars[module.path] else UNKNOWN
            )
        return self._attributes(value, names[1:], depth)

    def _defined(self, name: str, module: ModuleFacts, depth: int) -> Value | None:
        """Return what a module assigns, defines or imports by name; ``None`` if it has no such name."""
        key = f"{module.path}:{name}"
        if key in self._known:
            return self._known[key]
        if key in self.index.constants:
            return self._evaluated_constant(key, module, depth)
        if key in self.index.classes or key in self.index.functions:
            return Value("own", key)
        if found := self.index.imports[module.path].get(name):
            base, level, imported = found
            if level or self.index.is_own(base.partition(".")[0]):
                path = "." * level + (f"{base}.{imported}" if base else imported)
                return self.name_value(path, module, depth + 1)
            return Value("name", f"{base}.{imported}")
        return None

    def _evaluated_constant(self, key: str, module: ModuleFacts, depth: int) -> Value:
        if key in self._evaluating:
            return UNKNOWN
        self._evaluating.add(key)
        try:
            value = self._constant(key, module, depth)
        finally:
            self._evaluating.discard(key)
        if (
            not self._evaluating
        ):  # else it may be incomplete, because of one that is being evaluated
            self._known[key] = value
        return value

    def _attributes(self, value: Value, names: list[str], depth: int) -> Value:
        for name in names:
            value = self._attribute(value, name, depth + 1)
        return value

    def _constant(self, key: str, module: ModuleFacts, depth: int) -> Value:
        assigned = self.index.constants[key]
        values = [self._value(one.value, module, NO_VARIABLES, depth + 1) for one in assigned]
        added = self.index.added.get(key, ())
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
            return self._in_module([name], self.index.by_path[value.text], depth)
        if value.kind == "name":
            return Value("name", f"{value.text}.{name}")
        if value.kind == "own" and value.text in self.index.classes:
            if name in ("__name__", "__qualname__"):
                return Value("str", self.index.classes[value.text].name)
            return self.field(value.text, name, depth)[0]
        if value.kind == "instance":
            annotated = self.index.classes[value.text].annotated
            if name in annotated and "__init__" not in self.index.classes[value.text].methods:
                given = value.argument(annotated.index(name), name)
                return given if given is not None else self.field(value.text, name, depth)[0]
        return UNKNOWN

    def field(self, key: str, name: str, depth: int = 0) -> tuple[Value, int]:
        """Return a field of a class or of its bases, and its line; 0 if nothing assigns it.

        It is unknown if a base that is not in the extension may assign it.
        """
        for own in self._hierarchy.order(key):
            if own not in self.index.classes:
                if not own.startswith("@") or own[1:].startswith(PLAIN_BASES):
                    continue
                return UNKNOWN, self.index.classes[key].line
            module = self.index.by_path[own.partition(":")[0]]
            found = [
                (value, line)
                for field, value, line in self.index.classes[own].fields
                if field == name
            ]
            if found:
                values = {self._value(value, module, NO_VARIABLES, depth + 1) for value, _ in found}
                return (values.pop() if len(values) == 1 else UNKNOWN), found[-1][1]
        return UNKNOWN, 0

    def lineage(self, key: str) -> list[str]:
        """Return a class and its bases in the extension, in the order in which Python looks for attributes."""
        return [one for one in self._hierarchy.order(key) if one in self.index.classes]

    def bases(self, key: str) -> set[str]:
        """Return the paths of the bases of a class, and of those of its bases, that are not in the extension."""
        return {one[1:] for one in self._hierarchy.order(key) if one.startswith("@")}

    def _base(self, path: str, key: str) -> Value:
        owner, module = self.index.classes[key], self.index.by_path[key.partition(":")[0]]
        if path.startswith("~") and owner.function:
            inner = f"{module.path}:{owner.function}.{path[1:]}"
            if inner in self.index.classes:
                return Value("own", inner)
        if path.startswith("~") and self.index.stars[module.path]:
            return self.name_value(f"*{path[1:]}", module, 0)
        return self.name_value(path, module, 0)
