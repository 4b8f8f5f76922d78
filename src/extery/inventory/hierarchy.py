"""The classes of an extension with their bases, in the order in which Python looks for attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from extery.inventory.index import ModuleIndex
from extery.inventory.values import Value

MAX_CLASSES = 60
MAX_DEPTH = 20
#: Bases that assign none of the attributes that Blender reads.
PLAIN_BASES = ("bpy.types.", "bpy_extras.io_utils.", "builtins.object", "abc.", "typing.")


class Hierarchy:
    """Finds the bases of classes; ``name_value`` returns what a path of names is in a module."""

    def __init__(self, index: ModuleIndex, base_value: Callable[[str, str], Value]) -> None:
        self._index = index
        self._base_value = base_value
        self._orders: dict[str, list[str]] = {}

    def order(self, key: str) -> list[str]:
        """Return a class and all its bases: keys of the extension's own classes, and paths of others after an ``@``."""
        return self._order(key, 0)

    def _order(self, key: str, depth: int) -> list[str]:
        if key not in self._index.classes or depth > MAX_DEPTH:
            return [key]
        if key not in self._orders:
            self._orders[key] = [key]  # of a class that is its own base
            bases = self._bases(key)
            orders = [self._order(base, depth + 1) for base in bases]
            self._orders[key] = [key, *_merged([*orders, bases])][:MAX_CLASSES]
        return self._orders[key]

    def _bases(self, key: str) -> list[str]:
        found = []
        for base in self._index.classes[key].bases:
            value = self._base_value(base, key)
            if value.kind == "own":
                found.append(value.text)
            else:
                found.append(f"@{value.text if value.kind == 'name' else base.lstrip('~')}")
        return list(dict.fromkeys(found))


def _merged(orders: Sequence[Sequence[str]]) -> list[str]:
    """Return the linear order of Python (C3); of classes that have none, the first that is left comes next."""
    left = [list(order) for order in orders if order]
    found: list[str] = []
    while left and len(found) < MAX_CLASSES:
        heads = [order[0] for order in left]
        head = next((one for one in heads if not any(one in rest[1:] for rest in left)), heads[0])
        found.append(head)
        left = [rest for order in left if (rest := [one for one in order if one != head])]
    return found
