"""What each Blender reads in a theme's file: its types, and the members of each with their kinds.

The table is generated from real Blenders by ``python -m tests.blender.theme_structure``. A kind in it is ``float``,
``int``, ``boolean`` or ``string``, a number for that many floats (a colour), choices with ``|``, a type, or ``Type*20`` for
a list of 20; with ``?`` at the end Blender does not export the member.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from extery.core.versions import BlenderSeries

DATA_FILE = Path(__file__).with_name("theme_structure.json")

Kind = Literal["float", "int", "boolean", "string", "array", "choice", "struct", "list"]

_SCALARS: Mapping[str, Kind] = {
    "float": "float",
    "int": "int",
    "boolean": "boolean",
    "string": "string",
}
#: Elements of a theme's file that Blender reads -> the types that they change.
ROOT_TYPES = ("Theme", "ThemeStyle")


class Member(NamedTuple):
    """A member of a type. ``type`` is that of a struct or of the items of a list, ``length`` that of a list or array."""

    kind: Kind
    type: str = ""
    length: int = 0
    choices: tuple[str, ...] = ()
    is_exported: bool = True

    @classmethod
    def parse(cls, text: str) -> Member:
        """Parse a kind of the table."""
        kind, is_exported = text.removesuffix("?"), not text.endswith("?")
        type_, _, length = kind.partition("*")
        if length:
            return cls("list", type_, int(length), is_exported=is_exported)
        if kind.isdigit():
            return cls("array", length=int(kind), is_exported=is_exported)
        if "|" in kind:
            return cls("choice", choices=tuple(kind.split("|")), is_exported=is_exported)
        if kind in _SCALARS:
            return cls(_SCALARS[kind], is_exported=is_exported)
        return cls("struct", kind, is_exported=is_exported)


class ThemeStructure(NamedTuple):
    """What one Blender reads. It ignores elements whose name is not an ``allowed`` type."""

    types: Mapping[str, Mapping[str, Member]]
    allowed: frozenset[str]

    def exported_paths(self, type_: str, prefix: str) -> Iterator[str]:
        """Yield the paths of all attributes that this Blender exports of a type, each after ``prefix``."""
        for name, member in self.types[type_].items():
            if not member.is_exported:
                continue
            if member.kind == "struct":
                yield from self.exported_paths(member.type, f"{prefix}{name}.")
            elif member.kind == "list":
                for index in range(member.length):
                    yield from self.exported_paths(member.type, f"{prefix}{name}.{index}.")
            else:
                yield prefix + name


@cache
def known_series() -> tuple[BlenderSeries, ...]:
    """Return the Blenders of the table, oldest first."""
    return tuple(_series(text) for text in _table()["blenders"])


@cache
def theme_structure(series: BlenderSeries) -> ThemeStructure:
    """Return what a Blender of `known_series` reads."""
    table = _table()
    types: dict[str, dict[str, Member]] = {}
    for type_, groups in table["types"].items():
        members = dict(item.split(":") for item in _of_series(groups, series))
        if members:
            types[type_] = {name: Member.parse(kind) for name, kind in members.items()}
    return ThemeStructure(types, frozenset(_of_series(table["allowed"], series)))


@cache
def exported_paths(series: BlenderSeries) -> frozenset[str]:
    """Return the paths of all attributes that a Blender exports, such as ``Theme.view_3d.grid``."""
    structure = theme_structure(series)
    return frozenset(
        path for type_ in ROOT_TYPES for path in structure.exported_paths(type_, f"{type_}.")
    )


@cache
def _table() -> Any:
    return json.loads(DATA_FILE.read_text("utf-8"))


def _of_series(groups: Mapping[str, str], series: BlenderSeries) -> Iterator[str]:
    for blenders, items in groups.items():
        if series in map(_series, blenders.split()):
            yield from items.split()


def _series(text: str) -> BlenderSeries:
    major, minor = map(int, text.split("."))
    return major, minor
