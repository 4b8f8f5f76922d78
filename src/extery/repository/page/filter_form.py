"""The form that searches and filters the page. It is hidden without scripts, which it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from extery.core import platforms
from extery.core.types import TYPES
from extery.core.versions import (
    BLENDER_SERIES,
    number_of_blender_version,
    parse_blender_version,
    short_blender_version,
)
from extery.listing.entries import Entry

_SEARCH = (
    '<label class="q">Search<input name="q" type="search" autocomplete="off" '
    'placeholder="Name, tag, author …" maxlength="200"></label>'
)
Option = tuple[str, str]


_FILTER_FIELDS = (
    "type",
    "name",
    "tags",
    "platforms",
    "permissions",
    "blender_version_min",
    "blender_version_max",
)


def filter_fields(item: Entry) -> dict[str, Any]:
    """Return the fields of an entry that the page needs for search and filters."""
    fields = {key: item[key] for key in _FILTER_FIELDS if key in item}
    return fields | {"permissions": list(item.get("permissions", ()))}


class Choices:
    """The options of the filters, collected from the entries."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self.values: dict[str, set[str]] = {"tags": set(), "platforms": set(), "permissions": set()}
        self.versions: set[str] = set()
        self.have_dates = False

    def add(self, item: Entry, metadata: Mapping[str, Any]) -> None:
        """Add an entry, or its `filter_fields`, and the metadata of its package."""
        self.types.add(item["type"])
        for key, names in self.values.items():
            if key in item:
                names.update(item[key])
        self.versions.add(item["blender_version_min"])
        self.versions.add(item.get("blender_version_max", ""))
        self.have_dates = self.have_dates or "date" in metadata

    def form(self, count: int) -> str:
        """Return the form for ``count`` extensions; a filter for which all entries are equal is left out."""
        number = f"{count:,} extension{'' if count == 1 else 's'}"
        types = [(type_.name, type_.plural) for type_ in TYPES if type_.name in self.types]
        parts = [
            '<form id="find" role="search" aria-label="Extensions" hidden>',
            _SEARCH,
            _select("t", "Type", "All", types),
            _select("g", "Tag", "Any", [(tag, tag) for tag in self._sorted("tags")]),
            _select("b", "Blender", "Any", self._series()),
            _select("p", "Platform", "Any", self._platforms()),
            _select("r", "Permissions", "Any", self._permissions()),
            _select("s", "Sort", "By name", [("d", "Newest first")] if self.have_dates else []),
            f'<p><output name="count">{number}</output> <button type="reset" hidden>Show all</button></p>',
            "</form>",
        ]
        return "\n".join(filter(None, parts))

    def _sorted(self, key: str) -> list[str]:
        return sorted(sorted(self.values[key]), key=str.casefold)

    def _platforms(self) -> list[Option]:
        names = self.values["platforms"]
        known = [name for name in platforms.KNOWN if name in names]
        return [(name, platforms.title(name)) for name in [*known, *sorted(names - set(known))]]

    def _permissions(self) -> list[Option]:
        permissions = self._sorted("permissions")
        without = [("-", "Asks for nothing")] if permissions else []
        return without + [(name, f"Does not ask for {name}") for name in permissions]

    def _series(self) -> list[Option]:
        """Return Blender 4.2, 4.3 …: those of the packages, and Blender's own series."""
        packaged = {parse_blender_version(version)[:2] for version in self.versions if version}
        series = [(*version, 0) for version in sorted(packaged.union(BLENDER_SERIES), reverse=True)]
        return [(str(number_of_blender_version(v)), short_blender_version(v)) for v in series]


def _select(name: str, label: str, default: str, options: Sequence[Option]) -> str:
    """Return a select element; empty if there is nothing to choose between."""
    if len(options) < (2 if name == "t" else 1):
        return ""
    elements = "".join(
        f'<option value="{escape(value)}">{escape(text)}'
        for value, text in [("", default), *options]
    )
    return f'<label>{label}<select name="{name}">{elements}</select></label>'
