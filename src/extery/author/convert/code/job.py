"""What the changes of a module need to know about its add-on, and what they report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A change of a line of the original module; ``kind`` is for programs, ``text`` for people."""

    line: int
    kind: str
    text: str


class Remark(NamedTuple):
    """What was seen in a line and is left to a person: a code of the area ``convert`` with its values."""

    line: int
    code: str
    values: dict[str, Any]


class Job(NamedTuple):
    """An add-on.

    ``names`` are those by which it may call itself, such as the name of its old folder; ``modules`` the dotted names of
    its modules below the root; ``search_paths`` the dotted folders that it adds to ``sys.path``, ``""`` for its root.
    ``updaters`` are modules that are removed, ``constants`` variables and functions that are keys of preferences. ``bl_info`` is ``keep``,
    ``remove`` or the new name of the variable. ``unneeded`` are calls without effect, by module: line and name.
    ``search_lines`` are the lines, by module, that add folders to ``sys.path`` in which nothing is searched any more.
    """

    names: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    search_paths: frozenset[str] = frozenset()
    updaters: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    bl_info: str = "keep"
    unneeded: Mapping[str, Sequence[Sequence[Any]]] = MappingProxyType({})
    search_lines: Mapping[str, Sequence[int]] = MappingProxyType({})

    def as_plain(self) -> dict[str, Any]:
        """Return the job as JSON values."""
        return {
            **{
                key: sorted(value) if isinstance(value, frozenset) else value
                for key, value in self._asdict().items()
            },
            "unneeded": dict(self.unneeded),
            "search_lines": dict(self.search_lines),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Job:
        """Return the job from JSON values."""
        values: dict[str, Any] = {
            key: frozenset(value) if isinstance(value, list) else value
            for key, value in plain.items()
        }
        return cls(**values)


def package_of(path: str) -> tuple[str, ...]:
    """Return the folders of a module below the root: ``("ui",)`` for ``ui/panels.py``."""
    return tuple(path.split("/")[:-1])


def dotted_name(path: str) -> str:
    """Return the name of a module below the root: ``ui.panels``; that of the root is empty."""
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
