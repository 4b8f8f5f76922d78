"""The text of ``extery inspect``: sections of an inventory, only those that have something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from extery.cli.inventory_text import details_of, name_of
from extery.cli.output import pluralize, styles
from extery.cli.output.table import table_lines
from extery.cli.terminal import printable
from extery.core.files import format_size
from extery.inventory.kinds import Kind
from extery.inventory.model import Entry, Inventory, Place

#: Rows of a section without --all.
MAX_ROWS = 10
#: Places that are named for a permission.
MAX_PLACES = 2
_INDENT = "  "
_FIELDS = {
    "type": "Type",
    "maintainer": "Maintainer",
    "license": "Licence",
    "platforms": "Platforms",
    "tags": "Tags",
    "website": "Website",
}
_ORIGINS = {
    "blender": "Blender",
    "python": "Python",
    "shipped": "shipped by Blender",
    "wheel": "wheels",
    "own": "own",
    "unknown": "unknown",
}
#: Kinds that have a form of their own.
_SPECIAL = frozenset({"modules"})


def inspect_lines(inventory: Inventory, *, show_all: bool) -> Iterator[str]:
    """Yield the lines for an inventory; sections have at most `MAX_ROWS` rows unless ``show_all``."""
    limit = None if show_all else MAX_ROWS
    yield from _heading(inventory)
    yield from _permissions(inventory)
    for kind, entries in inventory.kinds():
        if kind.name not in _SPECIAL:
            yield from _section(kind, entries, limit)
    yield from _modules(inventory.of_kind("modules"), limit)
    yield from _files(inventory)
    yield from _unread(inventory, limit)


def _heading(inventory: Inventory) -> Iterator[str]:
    manifest = inventory.manifest
    title = title_of(inventory)
    name = manifest.get("name")
    shown = f"{styles.bold(printable(title))}"
    yield f"{shown}  {printable(name)}" if isinstance(name, str) else shown
    if isinstance(tagline := manifest.get("tagline"), str):
        yield printable(tagline)
    sizes = f"{pluralize(len(inventory.files), 'file')}, {format_size(inventory.size)}"
    if inventory.package_size is not None:
        sizes = f"{format_size(inventory.package_size)} packed, {sizes}"
    rows = [("Path", f"{inventory.name}: {sizes}")]
    if not manifest:
        rows.append(("Manifest", "none"))
    for key, label in _FIELDS.items():
        if value := manifest.get(key):
            rows.append((label, _plain(value)))
    if blender := _blender_range(inventory):
        rows.append(("Blender", blender))
    yield ""
    yield from _indented(table_lines(rows, indent=2))


def title_of(inventory: Inventory) -> str:
    """Return id and version, or the name of the file or folder without a manifest."""
    return f"{inventory.id} {inventory.version}".strip() or Path(inventory.name).resolve().name


def _plain(value: object) -> str:
    items = value if isinstance(value, list | tuple) else [value]
    return ", ".join(str(item).removeprefix("SPDX:") for item in items)


def _blender_range(inventory: Inventory) -> str:
    minimum = inventory.manifest.get("blender_version_min")
    maximum = inventory.manifest.get("blender_version_max")
    if not minimum:
        return ""
    return f"{minimum} to before {maximum}" if maximum else f"{minimum} and newer"


def _title(text: str, number: int | None = None) -> Iterator[str]:
    yield ""
    yield styles.bold(text) if number is None else f"{styles.bold(text)} ({number})"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{_INDENT}{line}"


def _permissions(inventory: Inventory) -> Iterator[str]:
    if not inventory.permissions:
        return
    yield from _title("Permissions")
    rows = []
    for one in inventory.permissions:
        declared = one.reason or "declared without a reason"
        if not one.is_declared:
            declared = "not declared" if inventory.manifest else "no manifest"
        used = f"used in {places_text(one.uses)}" if one.uses else "no use found"
        rows.append((one.name, f"{declared} · {used}"))
    yield from _indented(table_lines(rows, indent=2))


def places_text(places: Sequence[Place]) -> str:
    """Return the first places, and how many more there are."""
    text = ", ".join(map(str, places[:MAX_PLACES]))
    more = len(places) - MAX_PLACES
    return f"{text} and {more} more" if more > 0 else text


def _section(kind: Kind, entries: Sequence[Entry], limit: int | None) -> Iterator[str]:
    yield from _title(kind.title, len(entries))
    rows = [(name_of(one), str(one.place), details_of(one)) for one in entries[:limit]]
    yield from _indented(table_lines(rows, indent=2))
    yield from _more(len(entries), limit)


def _more(number: int, limit: int | None) -> Iterator[str]:
    if limit is not None and number > limit:
        yield f"{_INDENT}{styles.dim(f'… and {number - limit} more (--all shows them)')}"


def _modules(entries: Sequence[Entry], limit: int | None) -> Iterator[str]:
    """Yield a line for each origin: hundreds of modules of Python matter less than an unknown one."""
    if not entries:
        return
    yield from _title("Modules used", len(entries))
    rows = []
    for origin, label in _ORIGINS.items():
        found = [one for one in entries if one.fields["origin"] == origin]
        if not found:
            continue
        most = None if limit is None else 2 * limit
        names = [
            f"{one.name} ({one.place})" if origin == "unknown" else one.name for one in found[:most]
        ]
        more = len(found) - len(names)
        rows.append((label, ", ".join(names) + (f" and {more} more" if more else "")))
    yield from _indented(table_lines(rows, indent=2))


def _files(inventory: Inventory) -> Iterator[str]:
    if not inventory.files:
        return
    yield from _title("Files", len(inventory.files))
    kinds: dict[str, list[int]] = {}
    for file in inventory.files:
        kinds.setdefault(file.kind, []).append(file.size)
    rows = [
        (kind, str(len(sizes)), format_size(sum(sizes)))
        for kind, sizes in sorted(kinds.items(), key=lambda one: -sum(one[1]))
    ]
    yield from _indented(table_lines(rows, indent=2))


def _unread(inventory: Inventory, limit: int | None) -> Iterator[str]:
    if not inventory.unread:
        return
    yield from _title("Not analysed", len(inventory.unread))
    rows = [(one.path, REASONS.get(one.reason, one.reason)) for one in inventory.unread[:limit]]
    yield from _indented(table_lines(rows, indent=2))
    yield from _more(len(inventory.unread), limit)


#: Failures of `extery.analysis.facts.ModuleFacts` as text.
REASONS = {
    "time": "takes too long",
    "memory": "takes too much memory",
    "size": "too large",
    "nesting": "nested too deeply",
    "unreadable": "cannot be read",
    "python": "needs a newer Python than the one that runs Extery",
}
