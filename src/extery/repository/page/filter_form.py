"""The form that searches and filters the page; only scripts show it, for it needs them."""

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
        self.named: dict[str, set[str]] = {"tags": set(), "platforms": set(), "permissions": set()}
        self.versions: set[str] = set()
        self.have_dates = False

    def add(self, item: Entry, metadata: Mapping[str, Any]) -> None:
        """Add an entry, or its `filter_fields`, and the metadata of its package."""
        self.types.add(item["type"])
        for key, values in self.named.items():
            if key in item:
                values.update(item[key])
        self.versions.add(item["blender_version_min"])
        self.versions.add(item.get("blender_version_max", ""))
        self.have_dates = self.have_dates or "date" in metadata

    def form(self, count: int) -> str:
        """The form for ``count`` extensions, with a choice for each difference among the entries."""
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
        return sorted(sorted(self.named[key]), key=str.casefold)

    def _platforms(self) -> list[Option]:
        named = self.named["platforms"]
        known = [name for name in platforms.KNOWN if name in named]
        return [(name, platforms.title(name)) for name in [*known, *sorted(named - set(known))]]

    def _permissions(self) -> list[Option]:
        asked = self._sorted("permissions")
        none = [("-", "Asks for nothing")] if asked else []
        return none + [(name, f"Does not ask for {name}") for name in asked]

    def _series(self) -> list[Option]:
        """Return Blender 4.2, 4.3 …: those of the packages, and Blender's own series."""
        named = {parse_blender_version(version)[:2] for version in self.versions if version}
        series = [(*one, 0) for one in sorted(named.union(BLENDER_SERIES), reverse=True)]
        return [(str(number_of_blender_version(v)), short_blender_version(v)) for v in series]


def _select(name: str, label: str, every: str, options: Sequence[Option]) -> str:
    """A choice; none where there is nothing to choose between."""
    if len(options) < (2 if name == "t" else 1):
        return ""
    shown = "".join(
        f'<option value="{escape(value)}">{escape(text)}' for value, text in [("", every), *options]
    )
    return f'<label>{label}<select name="{name}">{shown}</select></label>'
