"""Calls in the code of an extension, with the values that the variables around them have in loops and for all callers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from extery.analysis.declarations import CallDeclaration, Expression, Loop
from extery.analysis.facts import ModuleFacts
from extery.inventory.values import NO_VARIABLES, Value, Variables

if TYPE_CHECKING:
    from extery.inventory.index import ModuleIndex

#: Values of the variables of one call, in loops and for all calls of its function.
MAX_VARIANTS = 400
#: Calls of functions that are followed from a parameter.
MAX_CALLERS = 3


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


class Evaluates(Protocol):
    """Evaluates expressions: `extery.inventory.evaluate.Evaluator`, which uses this module."""

    def evaluate(
        self, expression: Expression | None, module: ModuleFacts, variables: Variables = ...
    ) -> Value: ...

    def name_value(self, path: str, module: ModuleFacts, depth: int) -> Value: ...


class Sites:
    """Finds calls and the values of their variables."""

    def __init__(self, index: ModuleIndex, evaluator: Evaluates) -> None:
        self._index = index
        self._evaluator = evaluator
        self._callers: dict[str, list[tuple[ModuleFacts, CallDeclaration]]] | None = None

    def find(self, *names: str) -> Iterator[Site]:
        """Yield the calls to one of ``names``, whole paths or ends that begin with a dot: once for all values of their variables."""
        ends = tuple(name for name in names if name.startswith("."))
        for module in self._index.modules:
            for declaration in module.declarations.calls:
                text = declaration.call.text
                if text in names or (ends and text.endswith(ends)):
                    for variables in self.variables(module, declaration):
                        yield Site(module, declaration, variables)

    def arguments(self, site: Site) -> Value:
        """Return the call of a site with the values of its arguments."""
        call = site.declaration.call
        items = tuple(
            self._evaluator.evaluate(one, site.module, site.variables) for one in call.items
        )
        return Value("call", call.text, items, call.keys)

    def variables(
        self, module: ModuleFacts, declaration: CallDeclaration, callers: int = 0
    ) -> list[Variables]:
        """Return the values of the variables around a call: one mapping for each turn of the loops and each caller."""
        found: list[Variables] = [NO_VARIABLES]
        names = {one.text for one in variables_in(declaration.call)}
        loops = [
            loop
            for loop in self._index.loops.get((module.path, declaration.function), ())
            if loop.line <= declaration.line <= loop.end_line
        ]
        if not names:
            return found
        for loop in loops:
            names |= {one.text for one in variables_in(loop.over)}
        if callers < MAX_CALLERS and declaration.function:
            found = self._parameter_values(module, declaration.function, names, callers)
        for loop in sorted(loops, key=lambda one: (one.line, -one.end_line)):
            found = [more for one in found for more in self._turns(loop, module, one)]
            found = found[:MAX_VARIANTS]
        return found

    def _turns(self, loop: Loop, module: ModuleFacts, around: Variables) -> Iterator[Variables]:
        over = self._evaluator.evaluate(loop.over, module, around)
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
        parameters = self._index.parameters.get(key, ())
        if not names.intersection(parameters):
            return [NO_VARIABLES]
        found: list[Variables] = []
        offset = 1 if parameters[:1] in (("self",), ("cls",)) and "." in function else 0
        for caller, declaration in self._callers_of(key)[:MAX_VARIANTS]:
            for around in self.variables(caller, declaration, callers + 1):
                values = {}
                for index, name in enumerate(parameters[offset:]):
                    argument = declaration.call.argument(index, name)
                    if argument is not None and name in names:
                        values[name] = self._evaluator.evaluate(argument, caller, around)
                found.append(values)
                if len(found) >= MAX_VARIANTS:
                    return found
        return found or [NO_VARIABLES]

    def _callers_of(self, key: str) -> list[tuple[ModuleFacts, CallDeclaration]]:
        if self._callers is None:
            self._callers = {}
            for module in self._index.modules:
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
        if text.startswith(("%", ".")) or text.partition(".")[0] == self._index.extension_id:
            value = self._evaluator.name_value(text, module, 0)
            return value.text if value.kind == "own" else ""
        if text.startswith("~") and "." not in text and one.function:
            return f"{module.path}:{one.function}.{text[1:]}"
        return ""


def variables_in(expression: Expression) -> Iterator[Expression]:
    """Yield the variables in an expression, and the names of the module that may be variables of a loop."""
    stack = [expression]
    while stack:
        current = stack.pop()
        if current.kind == "variable":
            yield current
        elif (current.kind == "name" and current.text.startswith("%")) or (
            current.kind == "call" and current.text.startswith(("~", "%"))
        ):
            yield Expression("variable", current.text[1:].partition(".")[0])
        stack += current.items
