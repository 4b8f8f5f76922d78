"""What a module declares, as plain data: classes with all fields, calls with their arguments, constants, and loops.

`extery.analysis.declare` extracts it where it is asked for. The inventory of an extension is made of it; rules do not need it.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Expression(NamedTuple):
    """An expression.

    ``kind`` is ``str``, ``number``, ``bool`` or ``none`` with its ``text``; ``name`` with a path of names, as in
    `extery.analysis.facts`, or ``*name`` for what is bound nowhere; ``variable`` for a parameter or a variable of a function; ``list`` (tuples and sets too) and ``dict`` with their
    ``items``, of a dict keys and values in turn; ``call`` with its path, and arguments as ``items``, of which the last ones are those of the
    keywords in ``keys``; ``format`` and ``sum`` with their parts; ``attribute`` and ``item`` of the first of ``items``; ``star`` and ``other``.
    """

    kind: str
    text: str = ""
    items: tuple[Expression, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[Expression, ...]:
        """The positional arguments of a call."""
        return self.items[: len(self.items) - len(self.keys)]

    def argument(self, index: int, name: str) -> Expression | None:
        """Return an argument of a call by its index or its name."""
        if 0 <= index < len(self.arguments):
            return self.arguments[index]
        if name in self.keys:
            return self.items[len(self.arguments) + self.keys.index(name)]
        return None


def expression_from_plain(row: list[Any]) -> Expression:
    """Return the expression of the lists that JSON gives."""
    kind, text, items, keys = row
    return Expression(kind, text, tuple(map(expression_from_plain, items)), tuple(keys))


class ClassDeclaration(NamedTuple):
    """A class: what is assigned in its body, and what is annotated with a call, as properties are.

    ``annotated`` are the names of other annotations in their order, with or without a value, as in data classes.
    """

    line: int
    name: str
    function: str
    bases: tuple[str, ...]
    doc: str
    fields: tuple[tuple[str, Expression, int], ...]
    annotations: tuple[tuple[str, Expression, int], ...]
    methods: tuple[str, ...]
    annotated: tuple[str, ...] = ()


class CallDeclaration(NamedTuple):
    """A call in ``function``, ``""`` at module level."""

    line: int
    function: str
    call: Expression


class Constant(NamedTuple):
    """An assignment to a name of the module, or an addition to it; ``name`` may be an attribute's path."""

    line: int
    name: str
    function: str
    value: Expression
    is_added: bool


class Loop(NamedTuple):
    """A loop or a part of a comprehension: the names of its target in their order, and what it is over."""

    line: int
    end_line: int
    function: str
    targets: tuple[str, ...]
    is_tuple: bool
    over: Expression


class Declarations(NamedTuple):
    """All declarations of a module; ``parameters`` are those of its functions by their qualified names.

    ``nodes`` is how many nodes all expressions have: what they take of memory.
    """

    classes: tuple[ClassDeclaration, ...] = ()
    calls: tuple[CallDeclaration, ...] = ()
    constants: tuple[Constant, ...] = ()
    loops: tuple[Loop, ...] = ()
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nodes: int = 0


def declarations_from_plain(row: list[Any]) -> Declarations:
    """Return the declarations of the lists that JSON gives."""
    classes, calls, constants, loops, parameters, nodes = row
    read = expression_from_plain

    def fields(rows: list[Any]) -> tuple[tuple[str, Expression, int], ...]:
        return tuple((name, read(value), line) for name, value, line in rows)

    return Declarations(
        tuple(
            ClassDeclaration(
                line,
                name,
                function,
                tuple(bases),
                doc,
                fields(one),
                fields(other),
                tuple(methods),
                tuple(annotated),
            )
            for line, name, function, bases, doc, one, other, methods, annotated in classes
        ),
        tuple(CallDeclaration(line, function, read(call)) for line, function, call in calls),
        tuple(
            Constant(line, name, function, read(value), added)
            for line, name, function, value, added in constants
        ),
        tuple(
            Loop(line, end, function, tuple(targets), is_tuple, read(over))
            for line, end, function, targets, is_tuple, over in loops
        ),
        tuple((name, tuple(names)) for name, names in parameters),
        nodes,
    )
