"""The table of names per Blender version, and its loader.

The text of the table has sections, each begun by a line ``[name]``. A line is a subject and groups separated by ``|``: the
Blenders that have the members, as a bit mask in hexadecimal digits (bit 0 is the first of ``[series]``), and the members.
A member is a name and its kind:

- nothing for a plain value or a function whose result is one,
- ``=Type`` for a value of that type, ``@Type`` for one of mathutils,
- ``*Type`` or ``*Type:Collection`` for a collection of values of that type,
- ``()`` for a function, followed by the kind of its result; ``(a,b)`` where the arguments differ between versions,
- ``{A,B}`` for an enumeration whose items differ between versions.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from extery.core.versions import BlenderSeries

DATA_FILE = Path(__file__).with_name("names.zlib")
#: The base of all types that have none.
ROOT = "bpy_struct"
COLLECTION = "bpy_prop_collection"


class Member(NamedTuple):
    """A name that the Blenders of ``mask`` have, with its kind in them."""

    mask: int
    kind: str


Members = Mapping[str, tuple[Member, ...]]


class TypeNames(NamedTuple):
    """A type: the Blenders that have it, its base, and the members that the base does not have."""

    mask: int
    base: str
    members: Members


class BlenderApi:
    """The table. ``series`` are the Blenders, the oldest first; ``every`` is the mask of all of them."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, dict[str, str]] = {}
        for part in text.split("\n[")[:]:
            name, _, body = part.lstrip("[").partition("]\n")
            lines = (line.partition(" ") for line in body.splitlines())
            self._lines[name] = {subject: rest for subject, _, rest in lines}
        self.series: tuple[BlenderSeries, ...] = tuple(
            (int(major), int(minor))
            for major, minor in (one.split(".") for one in self._lines["series"])
        )
        self.every = (1 << len(self.series)) - 1
        self._types: dict[str, TypeNames | None] = {}
        self._modules: dict[str, Members] = {}
        self._owners: dict[str, list[str]] = {}
        self._below: dict[tuple[str, str], list[str]] = {}
        self._removed: dict[str, list[str]] = {}

    def type(self, name: str) -> TypeNames | None:
        """Return a type, or ``None`` if no Blender of the table has it."""
        if name not in self._types:
            line = self._lines["types"].get(name)
            self._types[name] = None if line is None else _type(line)
        return self._types[name]

    def bases(self, name: str) -> Iterator[TypeNames]:
        """Yield a type and its bases."""
        for _ in range(20):
            found = self.type(name)
            if found is None:
                return
            yield found
            if not found.base:
                return
            name = found.base

    def member(self, type_: str, name: str) -> tuple[Member, ...]:
        """Return a member of a type or of its bases in all Blenders that have it; empty if none has."""
        found: tuple[Member, ...] = ()
        for one in self.bases(type_):
            found += one.members.get(name, ())
        return found

    def module(self, name: str) -> Members | None:
        """Return the names in a module of Blender such as ``bpy.utils``, or ``None`` for an unknown one."""
        if name not in self._modules:
            line = self._lines["modules"].get(name)
            if line is None:
                return None
            self._modules[name] = _members(line)
        return self._modules[name]

    def module_mask(self, name: str) -> int:
        """Return the Blenders that have a module."""
        line = self._lines["modules"].get(name)
        return int(line.split("|", 1)[0].split(" ", 1)[0], 16) if line else 0

    def operators(self, module: str) -> Members:
        """Return the operators ``bpy.ops.MODULE``; their kinds are functions."""
        key = f"bpy.ops.{module}"
        if key not in self._modules:
            self._modules[key] = _members(self._lines["operators"].get(module, ""))
        return self._modules[key]

    def interface_mask(self, name: str) -> int:
        """Return the Blenders whose own scripts register a panel, menu or other class of the interface."""
        for group in self._lines["interface"].values():
            mask, *names = group.split(" ")
            if name in names:
                return int(mask, 16)
        return 0

    def removed_before(self, name: str) -> str:
        """Return the Blender, older than all of the table, since which ``Type.member`` is gone; empty if it is not."""
        return self._lines["removed"].get(name, "")

    def removed_owners(self, name: str) -> list[str]:
        """Return the types that lost a member before the oldest Blender of the table."""
        if not self._removed:
            for one in self._lines["removed"]:
                type_, _, member = one.partition(".")
                self._removed.setdefault(member, []).append(type_)
        return self._removed.get(name, [])

    def varying_names(self) -> set[str]:
        """Return the names of all attributes, operators and modules that differ between Blenders or are deprecated.

        The first group of a line has what all Blenders with its subject have.
        """
        found = {one.rpartition(".")[2] for one in self._lines["removed"]}
        found |= {one.rpartition(".")[2] for one in self._lines["deprecated"]}
        every = f"{self.every:x}"
        for section in ("types", "modules", "operators"):
            for subject, line in self._lines[section].items():
                first, *others = line.split("|")
                mask = first.split(" ", 2)[1 if section == "types" else 0]
                if mask != every:
                    found.add(subject.rpartition(".")[2])
                    others.append(first if section != "types" else "")
                found.update(_split(text)[0] for group in others for text in group.split(" ")[1:])
        for group in self._lines["interface"].values():
            mask, *names = group.split(" ")
            found |= set() if mask == every else set(names)
        experimental = self.type("PreferencesExperimental")
        return found | set(experimental.members if experimental else ()) | {"from_builtin"}

    def varies(self, name: str) -> bool:
        """Return whether some type has a member of this name in some Blenders only."""
        self.subtypes_with(ROOT, name)
        return bool(self.removed_owners(name)) or any(
            one.mask & self.every != self.every
            for type_ in self._owners.get(name, ())
            for one in self.member(type_, name)
        )

    def deprecation(self, name: str) -> tuple[int, str, str] | None:
        """Return the Blenders that call ``Type.property`` deprecated, the version of its removal, and their note."""
        line = self._lines["deprecated"].get(name)
        if line is None:
            return None
        mask, removal, note = line.split(" ", 2)
        return int(mask, 16), removal, note

    def cast(self, type_: str, value: str) -> tuple[str, ...]:
        """Return the types that a value of the property ``type`` of ``type_`` stands for."""
        found = self._lines["casts"].get(f"{type_}.{value}", "")
        return tuple(found.split("|")) if found else ()

    def is_subtype(self, name: str, base: str) -> bool:
        if name == base:
            return True
        one = self.type(name)
        return one is not None and bool(one.base) and self.is_subtype(one.base, base)

    def subtypes_with(self, base: str, member: str) -> list[str]:
        """Return the types below ``base`` that define ``member`` themselves."""
        if not self._owners:
            for name in self._lines["types"]:
                found = self.type(name)
                for one in found.members if found else ():
                    self._owners.setdefault(one, []).append(name)
        key = (base, member)
        if key not in self._below:
            self._below[key] = [
                name
                for name in self._owners.get(member, ())
                if name != base and self.is_subtype(name, base)
            ]
        return self._below[key]

    def names(self, section: str) -> Iterable[str]:
        """Return the subjects of a section, for statistics and tests."""
        return self._lines[section]


def _type(line: str) -> TypeNames:
    base, _, rest = line.partition(" ")
    mask = int(rest.split("|", 1)[0].split(" ", 1)[0], 16)
    return TypeNames(mask, "" if base == "-" else base, _members(rest))


def _members(groups: str) -> dict[str, tuple[Member, ...]]:
    found: dict[str, tuple[Member, ...]] = {}
    for group in groups.split("|") if groups else ():
        mask, *members = group.split(" ")
        number = int(mask, 16)
        for text in members:
            name, kind = _split(text)
            found[name] = (*found.get(name, ()), Member(number, kind))
    return found


def _split(text: str) -> tuple[str, str]:
    for index, character in enumerate(text):
        if character in "=*@({":
            return text[:index], text[index:]
    return text, ""


@cache
def load_api() -> BlenderApi:
    """Return the table that is shipped."""
    return BlenderApi(zlib.decompress(DATA_FILE.read_bytes()).decode())


@cache
def load_varying_names() -> frozenset[str]:
    """Return the names of `BlenderApi.varying_names` in the table that is shipped."""
    return frozenset(load_api().varying_names())
