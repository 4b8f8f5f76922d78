"""What is known at a place of a module: variables, narrowed paths, and the guards around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from extery.analysis.flow_facts import UNKNOWN, Access, Binding, Condition, Flow, Guard, Reference
from extery.analysis.version_tests import EVERY

if TYPE_CHECKING:
    from extery.analysis.facts import Import

MAX_PATH = 240
#: Origins of one value that are kept.
MAX_ORIGINS = 8
MAX_FACTS = 60_000


class Names:
    """The variables of a module, function or comprehension: name -> path."""

    __slots__ = ("conditions", "function", "is_class", "parent", "paths")

    def __init__(
        self, function: str = "", parent: Names | None = None, *, is_class: bool = False
    ) -> None:
        self.function = function
        self.parent = parent
        self.is_class = is_class
        self.paths: dict[str, str] = {}
        self.conditions: dict[str, tuple[Effects, Effects]] = {}

    def find(self, name: str) -> str | None:
        current: Names | None = self
        while current is not None:
            if name in current.paths and (current is self or not current.is_class):
                return current.paths[name]
            current = current.parent
        return None

    def condition(self, name: str) -> tuple[Effects, Effects] | None:
        current: Names | None = self
        while current is not None:
            if name in current.paths or name in current.conditions:
                return current.conditions.get(name)
            current = current.parent
        return None


class Effects(NamedTuple):
    """What follows from a condition: Blenders, tests of existence, narrowed expressions (by their text or path)."""

    mask: int = EVERY
    guards: tuple[Guard, ...] = ()
    narrowed: tuple[tuple[str, str], ...] = ()

    def and_(self, other: Effects) -> Effects:
        if self is NO_EFFECTS:
            return other
        if other is NO_EFFECTS:
            return self
        return Effects(
            self.mask & other.mask, self.guards + other.guards, self.narrowed + other.narrowed
        )


#: Of most conditions nothing follows: they are told apart by identity, and cost nothing.
NO_EFFECTS = Effects()

Conditions = Mapping[str, tuple[Effects, Effects]]


class Recorder:
    """Collects the facts of a module, under the guards of the moment."""

    def __init__(self, wanted: Collection[str] | None) -> None:
        #: Names of attributes that are recorded; ``None`` for all.
        self.wanted = wanted
        self.imports: list[Import] = []
        self.accesses: list[Access] = []
        #: The fields of references, which are made of them once, at the end.
        self.references: dict[tuple[str, int, int, str, bool], None] = {}
        self.bindings: list[Binding] = []
        self.guards: dict[tuple[Guard, ...], int] = {(): 0}
        self.values: dict[str, list[str]] = {}
        self.parameters: dict[str, list[str]] = {}
        self.mask = EVERY
        #: Inside of a ``try`` that catches the failure of a name.
        self.is_tried = False
        self.active: tuple[Guard, ...] = ()
        self.narrowed: dict[str, str] = {}
        self._number = 0

    def guard_index(self) -> int:
        if not self.active:
            return 0
        return self.guards.setdefault(self.active, len(self.guards))

    def add_value(self, symbol: str, path: str) -> None:
        origins = self.values.setdefault(symbol, [])
        if path not in origins and path != symbol and len(origins) < MAX_ORIGINS:
            origins.append(path)

    def union(self, *paths: str) -> str:
        """Return a path for a value that is one of ``paths``."""
        known = list(dict.fromkeys(path for path in paths if path and path[0] != UNKNOWN))
        if len(known) <= 1:
            return known[0] if known else next((path for path in paths if path), UNKNOWN)
        return self.symbol(*known)

    def merged(self, first: dict[str, str], second: dict[str, str]) -> dict[str, str]:
        """Return the variables after one of two branches; a dictionary may be used again."""
        if first is second:
            return first
        known = first.get
        differences = [(name, path) for name, path in second.items() if known(name) != path]
        if not differences:
            return first
        merged = dict(first)
        for name, path in differences:
            other = known(name)
            merged[name] = path if other is None else self.union(other, path)
        return merged

    def symbol(self, *paths: str) -> str:
        self._number += 1
        name = f"#{self._number}"
        self.values[name] = []
        for path in paths:
            self.add_value(name, path)
        return name

    def is_full(self) -> bool:
        return len(self.accesses) + len(self.references) + len(self.bindings) > MAX_FACTS

    def flow(self, classes: Iterable[str], conditions: Conditions) -> Flow:
        return Flow(
            tuple(self.accesses),
            tuple(map(Reference._make, self.references)),
            tuple(self.bindings),
            tuple(self.guards),
            {key: paths for key, paths in self.values.items() if paths or key[0] in "@b"},
            self.parameters,
            tuple(sorted(classes)),
            {
                name: Condition(true.mask, true.guards, false.mask, false.guards)
                for name, (true, false) in conditions.items()
            },
        )


def instance_of(path: str) -> str:
    """Return the path of an object of the class with a path."""
    if path.startswith("bpy.types."):
        return f"<{path.removeprefix('bpy.types.')}>" if path.count(".") == 2 else UNKNOWN
    if path.startswith(("mathutils.", "bmesh.types.")):
        return f"<{path.rpartition('.')[2]}>"
    if path.startswith("%"):
        return f"@{path[1:]}"
    return f"@{path}" if path.startswith(".") else UNKNOWN


def item_of(path: str) -> str:
    if path == UNKNOWN:
        return path
    return path[:-1] if path.endswith("^") else shorten(f"{path}[]")


def shorten(path: str) -> str:
    return path if len(path) <= MAX_PATH else UNKNOWN
