"""The facts about a module that rules read: plain values, in the order of the source.

Names are resolved through imports and single assignments, and written as a path: ``bpy.ops.script.reload`` for what was
imported, ``builtins.open``, ``%NAME`` for a definition of the module, ``~name`` for any other variable or parameter,
and with leading dots for an import from the own package. ``()`` stands for the result of a call, ``[]`` for an item:
``requests.get().json``. Lines and columns count from 1, columns in characters.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from extery.analysis.declarations import Declarations, declarations_from_plain
from extery.analysis.flow_facts import Flow, flow_from_plain


def readable(name: str) -> str:
    """Return a path of names as people write it."""
    return name.lstrip("~%").removeprefix("builtins.")


class Position(NamedTuple):
    """A place in the source: where the expression begins and ends."""

    line: int
    column: int
    end_line: int
    end_column: int


class Value(NamedTuple):
    """A value in the source.

    ``kind`` is ``str``, ``bytes``, ``bool``, ``int``, ``float`` or ``none`` for a constant, whose text (of strings the
    first characters) is ``text``; ``name`` for a path of names, ``call`` for the result of one, ``tuple`` or ``list``
    with its ``items``, ``f-string`` with its constant parts joined, or ``other``. ``mentions`` are the names used
    anywhere in the expression.
    """

    kind: str
    text: str = ""
    mentions: tuple[str, ...] = ()
    items: tuple[Any, ...] = ()


class Import(NamedTuple):
    """An import of a module, or of a name from it; ``level`` counts the leading dots."""

    at: Position
    module: str
    name: str
    level: int
    function: str
    is_guarded: bool
    """In a ``try`` that catches a failed import, or for type checkers only."""


class Call(NamedTuple):
    """A call. ``function`` is the qualified name of the function around it, ``""`` at module level.

    ``owner`` are the names in the expression that is called, as those of `Value.mentions`.
    """

    at: Position
    name: str
    function: str
    owner: tuple[str, ...]
    arguments: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]

    @property
    def label(self) -> str:
        """The name as people write it."""
        return readable(self.name)

    def keyword(self, name: str) -> Value | None:
        """Return the value of a keyword argument."""
        return next((value for key, value in self.keywords if key == name), None)

    def argument(self, index: int, name: str = "") -> Value | None:
        """Return a positional argument, or the keyword argument with its name."""
        return self.arguments[index] if index < len(self.arguments) else self.keyword(name)


class Use(NamedTuple):
    """A path of names that is read, written (``store``) or deleted (``del``)."""

    at: Position
    name: str
    function: str
    context: str

    @property
    def label(self) -> str:
        """The name as people write it."""
        return readable(self.name)


class Item(NamedTuple):
    """An item ``base[key]`` that is read, written or deleted."""

    at: Position
    name: str
    key: Value
    key_at: Position
    function: str
    context: str


class Assignment(NamedTuple):
    """An assignment to a name or an attribute."""

    at: Position
    name: str
    value: Value
    function: str


class Class(NamedTuple):
    """A class, its bases, and what is assigned in its body."""

    at: Position
    name: str
    bases: tuple[str, ...]
    fields: tuple[tuple[str, Value, Position], ...]
    function: str

    def field(self, name: str) -> tuple[Value, Position] | None:
        """Return value and place of the last assignment to ``name`` in the body."""
        found = [(value, at) for key, value, at in self.fields if key == name]
        return found[-1] if found else None


class Function(NamedTuple):
    """A function or method by its qualified name."""

    at: Position
    name: str
    raises: bool
    """Whether a ``raise`` is in it."""
    always_returns: bool = False
    """Whether it has a ``return``, and none without a value or with ``None``."""


class Text(NamedTuple):
    """A string that may be a URL, or is very long."""

    at: Position
    text: str
    length: int
    function: str


class SyntaxFault(NamedTuple):
    """Why Python cannot compile a module; ``python`` is the version that cannot, as ``3.11``."""

    message: str
    line: int
    column: int
    python: str


class Suppression(NamedTuple):
    """A comment ``# extery: ignore[code, code] reason``; alone on its line it is about the next one."""

    line: int
    codes: tuple[str, ...]
    reason: str
    is_alone: bool

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines whose problems it suppresses."""
        return (self.line + 1,) if self.is_alone else (self.line,)


class ModuleFacts(NamedTuple):
    """Everything about one module.

    ``failure`` says why it was not analysed: ``""``, ``time``, ``memory``, ``size``, ``nesting`` or ``unreadable``. ``faults`` are the syntax
    errors of the Pythons that were asked for. ``longest_line`` is a number of characters.
    """

    path: str
    failure: str = ""
    faults: tuple[SyntaxFault, ...] = ()
    lines: int = 0
    longest_line: int = 0
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    uses: tuple[Use, ...] = ()
    items: tuple[Item, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    classes: tuple[Class, ...] = ()
    functions: tuple[Function, ...] = ()
    texts: tuple[Text, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    flow: Flow = Flow()
    declarations: Declarations = Declarations()
    """Only where they are asked for."""

    @property
    def number(self) -> int:
        """How many facts there are."""
        parts = sum(len(part) for part in self if isinstance(part, tuple))
        parts += self.declarations.nodes
        return parts + len(self.flow.accesses) + len(self.flow.references)


def to_plain(facts: ModuleFacts) -> list[Any]:
    """Return the facts as lists, for JSON."""
    return list(facts)


#: A row of numbers as a position, without a call of Python for each of hundreds of thousands.
_position: Callable[[list[int]], Position] = partial(tuple.__new__, Position)


def from_plain(row: list[Any]) -> ModuleFacts:
    """Return the facts from the lists that JSON gives."""
    path, failure, faults, lines, longest, *parts = row
    imports, calls, uses, items, assignments, classes, functions, texts, suppressions, *more = parts
    flow, declarations = more
    return ModuleFacts(
        path,
        failure,
        tuple(SyntaxFault(*one) for one in faults),
        lines,
        longest,
        tuple(Import(_position(at), *rest) for at, *rest in imports),
        tuple(_call(*one) for one in calls),
        tuple(Use(_position(at), *rest) for at, *rest in uses),
        tuple(
            Item(_position(at), name, _value(key), _position(place), *rest)
            for at, name, key, place, *rest in items
        ),
        tuple(
            Assignment(_position(at), name, _value(value), function)
            for at, name, value, function in assignments
        ),
        tuple(_class(*one) for one in classes),
        tuple(Function(_position(at), *rest) for at, *rest in functions),
        tuple(Text(_position(at), *rest) for at, *rest in texts),
        tuple(Suppression(line, tuple(codes), *rest) for line, codes, *rest in suppressions),
        flow_from_plain(flow),
        declarations_from_plain(declarations),
    )


def _value(row: list[Any]) -> Value:
    kind, text, mentions, items = row
    return Value(kind, text, tuple(mentions), tuple(map(_value, items)))


def _call(
    at: list[int],
    name: str,
    function: str,
    owner: list[str],
    arguments: list[Any],
    keywords: list[Any],
) -> Call:
    return Call(
        _position(at),
        name,
        function,
        tuple(owner),
        tuple(map(_value, arguments)),
        tuple((key, _value(value)) for key, value in keywords),
    )


def _class(at: list[int], name: str, bases: list[str], fields: list[Any], function: str) -> Class:
    return Class(
        _position(at),
        name,
        tuple(bases),
        tuple((key, _value(value), _position(place)) for key, value, place in fields),
        function,
    )
