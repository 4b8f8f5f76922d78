"""The form that searches and filters the page; only scripts show it, for it needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from extery.core import platforms
from extery.core.listing import Entry
from extery.core.versions import parse_blender_version

#: Blenders that people have, whether or not a package here begins or ends with them.
_SERIES = ((4, 2), (4, 3), (4, 4), (4, 5), (5, 0))
_TYPES = {"add-on": "Add-ons", "theme": "Themes"}
_SEARCH = (
    '<label class="q">Search<input name="q" type="search" autocomplete="off" '
    'placeholder="Name, tag, author …" maxlength="200"></label>'
)
Option = tuple[str, str]


def filters(groups: Sequence[Sequence[Entry]], *, have_dates: bool) -> str:
    """The form, with a choice for each difference that there is among the entries."""
    number = f"{len(groups):,} extension{'' if len(groups) == 1 else 's'}"
    entries = [item for items in groups for item in items]
    types = {items[0]["type"] for items in groups}
    parts = [
        '<form id="find" role="search" aria-label="Extensions" hidden>',
        _SEARCH,
        _select("t", "Type", "All", [(t, title) for t, title in _TYPES.items() if t in types]),
        _select("g", "Tag", "Any", _named(_values(entries, "tags"))),
        _select("b", "Blender", "Any", _series(entries)),
        _select("p", "Platform", "Any", _platforms(entries)),
        _select("r", "Permissions", "Any", _permissions(entries)),
        _select("s", "Sort", "By name", [("d", "Newest first")] if have_dates else []),
        f'<p><output name="count">{number}</output> <button type="reset" hidden>Show all</button></p>',
        "</form>",
    ]
    return "\n".join(filter(None, parts))


def _select(name: str, label: str, every: str, options: Sequence[Option]) -> str:
    """A choice; none where there is nothing to choose between."""
    if len(options) < (2 if name == "t" else 1):
        return ""
    shown = "".join(
        f'<option value="{escape(value)}">{escape(text)}' for value, text in [("", every), *options]
    )
    return f'<label>{label}<select name="{name}">{shown}</select></label>'


def _values(entries: Iterable[Entry], key: str) -> list[str]:
    return sorted({value for item in entries for value in item.get(key, ())}, key=str.casefold)


def _named(values: Iterable[str]) -> list[Option]:
    return [(value, value) for value in values]


def _platforms(entries: Iterable[Entry]) -> list[Option]:
    named = set(_values(entries, "platforms"))
    known = [name for name in platforms.KNOWN if name in named]
    return [(name, platforms.title(name)) for name in [*known, *sorted(named - set(known))]]


def _permissions(entries: Iterable[Entry]) -> list[Option]:
    asked = _values(entries, "permissions")
    none = [("-", "Asks for nothing")] if asked else []
    return none + [(name, f"Does not ask for {name}") for name in asked]


def _series(entries: Iterable[Entry]) -> list[Option]:
    """Blender 4.2, 4.3 …: a package fits a series if it fits one of its releases."""
    bounds = {item.get(f"blender_version_{end}") for item in entries for end in ("min", "max")}
    named = {parse_blender_version(version)[:2] for version in bounds if version}
    return [
        (str(major * 1_000_000 + minor * 1000), f"{major}.{minor}")
        for major, minor in sorted(named | set(_SERIES), reverse=True)
    ]
