"""A problem of a manifest as its fix sees it, and the changes that a fix can make."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from extery.manifest import edit
from extery.manifest.positions import TomlPath

#: Returns the changed text of a manifest; raises `extery.manifest.edit.InapplicableEdit`.
Change = Callable[[str], str]


class ManifestFix(NamedTuple):
    """A change of the text of a manifest that removes a problem, and whether it is safe.

    ``reveals``: other problems of what was there before can be reported only afterwards.
    """

    change: Change
    is_safe: bool = True
    reveals: bool = False


class Finding(NamedTuple):
    """A problem of a manifest: its place, the value there, its own values, and the table of the manifest."""

    path: TomlPath
    value: Any
    values: Mapping[str, Any]
    table: Mapping[str, Any]

    @property
    def field(self) -> str:
        return str(self.path[0]) if self.path else ""

    @property
    def variant(self) -> str:
        return str(self.values.get("variant", ""))

    def to(
        self, value: str | Sequence[str], *, is_safe: bool = True, reveals: bool = False
    ) -> ManifestFix | None:
        """Return the fix that sets the value; the item is removed if the list has the new one already."""
        if not value or value == self.value:
            return None
        if isinstance(self.path[-1], int) and value in value_at(self.table, self.path[:-1]):
            return self.removed(is_safe=is_safe)
        return ManifestFix(lambda text: edit.set_value(text, self.path, value), is_safe, reveals)

    def removed(self, *, is_safe: bool = True) -> ManifestFix:
        return ManifestFix(lambda text: edit.remove(text, self.path), is_safe)

    def renamed(self, name: str, *, is_safe: bool) -> ManifestFix:
        return ManifestFix(
            lambda text: edit.rename_key(text, self.path, name), is_safe, reveals=True
        )

    def moved(self, table: str, *, is_safe: bool) -> ManifestFix:
        """Return the fix that moves a key; the table that it leaves is removed if nothing else is in it."""

        def change(text: str) -> str:
            text = edit.move_key(text, self.path, table=table)
            parent = self.path[:-1]
            return (
                edit.remove(text, parent)
                if parent and len(value_at(self.table, parent)) == 1
                else text
            )

        return ManifestFix(change, is_safe, reveals=True)


def value_at(table: Mapping[str, Any], path: TomlPath) -> Any:
    value: Any = table
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def plain(text: str) -> str:
    """Return the letters and digits of a text, for comparing spellings; without the s of a plural."""
    return re.sub(r"[\W_]+", "", text.lower()).rstrip("s")


def literal(quoted: str) -> Any:
    return ast.literal_eval(quoted)
