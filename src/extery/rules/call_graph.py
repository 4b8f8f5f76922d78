"""Which functions of an add-on call which: as far as the names of calls tell, across its modules."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from extery.analysis.facts import Call, Function, ModuleFacts

#: Calls that are followed one after the other, and functions that are visited from one.
MAX_DEPTH = 4
MAX_FUNCTIONS = 500


class Target(NamedTuple):
    """A function or method of a module."""

    module: ModuleFacts
    function: Function


class CallGraph:
    """The functions of modules, by their paths; what is not called by a plain name is not found."""

    def __init__(self, by_path: Mapping[str, ModuleFacts]) -> None:
        self._by_path = by_path
        self._functions: dict[str, dict[str, Function]] = {}
        self._calls: dict[str, dict[str, list[Call]]] = {}

    def find(self, name: str, module: ModuleFacts, function: str) -> Target | None:
        """Return what a path of names means in a function of a module, ``""`` at module level; ``None`` if unknown."""
        if name.startswith("~self."):
            owner = function.rpartition(".")[0]
            return self._in(module, f"{owner}.{name.removeprefix('~self.')}") if owner else None
        if name.startswith("~") and "." not in name:
            return self._nested(name[1:], module, function)
        if name.startswith("%"):
            return self._in(module, name[1:])
        return self._imported(name, module) if name.startswith(".") else None

    def reached(self, start: Target, *, depth: int = MAX_DEPTH) -> Iterator[Target]:
        """Yield a function and those that it calls, at most ``depth`` calls away; the nearest come first."""
        seen = {(start.module.path, start.function.name)}
        level = [start]
        for _ in range(depth + 1):
            following: list[Target] = []
            for one in level:
                yield one
                for call in self._calls_in(one):
                    target = self.find(call.name, one.module, one.function.name)
                    key = (target.module.path, target.function.name) if target else None
                    if target and key and key not in seen and len(seen) < MAX_FUNCTIONS:
                        seen.add(key)
                        following.append(target)
            level = following

    def _calls_in(self, target: Target) -> list[Call]:
        path = target.module.path
        if path not in self._calls:
            grouped: dict[str, list[Call]] = {}
            for call in target.module.calls:
                grouped.setdefault(call.function, []).append(call)
            self._calls[path] = grouped
        return self._calls[path].get(target.function.name, [])

    def _in(self, module: ModuleFacts, name: str) -> Target | None:
        if module.path not in self._functions:
            self._functions[module.path] = {one.name: one for one in module.functions}
        found = self._functions[module.path].get(name)
        return Target(module, found) if found else None

    def _nested(self, name: str, module: ModuleFacts, function: str) -> Target | None:
        """Return a function that is defined in a function, or in one around it."""
        while function:
            if found := self._in(module, f"{function}.{name}"):
                return found
            function = function.rpartition(".")[0]
        return None

    def _imported(self, name: str, module: ModuleFacts) -> Target | None:
        """Return what ``.module.name`` is: one dot is the package of the module, each more the one above."""
        rest = name.lstrip(".")
        folder = posixpath.dirname(module.path)
        for _ in range(len(name) - len(rest) - 1):
            folder = posixpath.dirname(folder)
        parts = rest.split(".")
        for length in range(len(parts) - 1, -1, -1):
            base = posixpath.join(folder, *parts[:length])
            for path in (f"{base}.py", posixpath.join(base, "__init__.py")):
                if found := self._by_path.get(path):
                    return self._in(found, ".".join(parts[length:]))
        return None
