"""Facts about the flow of Blender's objects through a module: plain values, read by `extery.compatibility.resolver`.

A *path* says where a value comes from. It is a root and parts: ``.name`` an attribute, ``[]`` an item or the value of a loop,
``()`` the result of a call, ``{NAME}`` what a test of its type tells, ``^`` a list of such values. Roots are

- ``bpy.context`` and other imported names, with leading dots for an import from the own package,
- ``<Type>`` a value of a type of Blender, ``@Class`` an object of an own class (``%Class`` is the class itself),
- ``%name`` a function, class or variable of the module, ``$function:name`` a parameter,
- ``#1`` a value with several origins, which `Flow.values` lists,
- ``~name`` a variable of unknown origin, ``~`` something else.
"""

from __future__ import annotations

from typing import Any, NamedTuple

UNKNOWN = "~"


class Access(NamedTuple):
    """An attribute that is read (``load``), written (``store``), deleted (``del``) or called (``call``).

    Lines and columns count from 1; they are those of the attribute's name. ``mask`` has a bit for each Blender of
    `extery.core.versions.BLENDER_SERIES` in which guards by version let the code run; 0 inside of a ``try`` that catches the
    failure. ``guards`` is an index into `Flow.guards`. ``value`` is the constant text that is written or the first argument of a call, ``keywords`` the
    names of the keyword arguments with their constant texts.
    """

    line: int
    column: int
    end_column: int
    path: str
    context: str
    mask: int
    guards: int
    function: str
    value: str = ""
    keywords: tuple[tuple[str, str], ...] = ()


class Reference(NamedTuple):
    """A use of a function, class or module of the add-on: where it can be reached from."""

    path: str
    mask: int
    guards: int
    function: str
    is_import: bool = False


class Binding(NamedTuple):
    """A call of a function of the add-on, with the paths of its arguments."""

    path: str
    arguments: tuple[str, ...]
    keywords: tuple[tuple[str, str], ...]


class Guard(NamedTuple):
    """A test that ``path``, which ends with an attribute, exists (or does not).

    A path that begins with ``?`` is that of a condition of another module, `Flow.conditions`.
    """

    path: str
    is_positive: bool


class Condition(NamedTuple):
    """What follows if a constant or the result of a function (its name ends with ``()``) is true, and if it is false."""

    true_mask: int
    true_guards: tuple[Guard, ...]
    false_mask: int
    false_guards: tuple[Guard, ...]


class Flow(NamedTuple):
    """The flow of a module.

    ``values`` maps a symbol to the paths that it may be: ``#1``, ``$function:parameter``, ``%function()`` for results,
    ``@Class.name`` for attributes of objects, ``^Class`` for its bases, ``=NAME`` for variables of the module, ``bpy.types.Type.name``
    for registered properties. A symbol without paths is known to exist. ``accesses`` are those of names that differ between
    Blenders. ``classes`` are the qualified names of the classes, ``parameters`` maps functions to the names of their parameters.
    """

    accesses: tuple[Access, ...] = ()
    references: tuple[Reference, ...] = ()
    bindings: tuple[Binding, ...] = ()
    guards: tuple[tuple[Guard, ...], ...] = ((),)
    values: dict[str, list[str]] = {}  # noqa: RUF012 (read only)
    parameters: dict[str, list[str]] = {}  # noqa: RUF012 (read only)
    classes: tuple[str, ...] = ()
    conditions: dict[str, Condition] = {}  # noqa: RUF012 (read only)


def _access(row: list[Any]) -> Access:
    row[-1] = tuple(map(tuple, row[-1])) if row[-1] else ()
    return Access(*row)


def flow_from_plain(row: list[Any]) -> Flow:
    """Return the flow from the lists that JSON gives."""
    accesses, references, bindings, guards, values, parameters, classes, conditions = row
    return Flow(
        tuple(map(_access, accesses)),
        tuple(Reference(*one) for one in references),
        tuple(
            Binding(path, tuple(arguments), tuple((name, value) for name, value in keywords))
            for path, arguments, keywords in bindings
        ),
        tuple(map(_guards, guards)),
        values,
        parameters,
        tuple(classes),
        {
            name: Condition(true, _guards(for_true), false, _guards(for_false))
            for name, (true, for_true, false, for_false) in conditions.items()
        },
    )


def _guards(rows: list[Any]) -> tuple[Guard, ...]:
    return tuple(Guard(*one) for one in rows)
