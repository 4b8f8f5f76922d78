"""The output of ``extery inspect``: sections of an inventory, only those that have something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from extery.cli.inventory_text import details_of, name_of
from extery.cli.output import pluralize, styles
from extery.cli.output.sections import Section, section_lines, section_of, sections_html
from extery.cli.terminal import printable
from extery.core.files import format_size
from extery.inventory.model import Entry, Inventory, Place

#: Rows of a section without --all.
MAX_ROWS = 10
#: Places that are named for a permission.
MAX_PLACES = 2
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


def inspect_lines(inventory: Inventory, *, show_all: bool) -> Iterator[str]:
    """Yield the lines for an inventory; sections have at most `MAX_ROWS` rows unless ``show_all``."""
    name = inventory.manifest.get("name")
    title = styles.bold(printable(title_of(inventory)))
    yield f"{title}  {printable(name)}" if isinstance(name, str) else title
    if isinstance(tagline := inventory.manifest.get("tagline"), str):
        yield printable(tagline)
    yield from section_lines(_sections(inventory, None if show_all else MAX_ROWS))


def inspect_html(inventory: Inventory) -> str:
    """Return an inventory as an HTML page, with all rows."""
    texts = (inventory.manifest.get(field) for field in ("name", "tagline"))
    lines = [text for text in texts if isinstance(text, str)]
    return sections_html(title_of(inventory), lines, _sections(inventory, None))


def _sections(inventory: Inventory, limit: int | None) -> Iterator[Section]:
    yield Section("", list(_manifest_rows(inventory)))
    yield Section("Permissions", list(_permission_rows(inventory)))
    for kind, entries in inventory.kinds():
        if kind.name != "modules":
            rows = ((name_of(one), str(one.place), details_of(one)) for one in entries)
            yield section_of(kind.title, rows, limit, is_counted=True)
    modules = inventory.of_kind("modules")
    yield Section("Modules used", list(_module_rows(modules, limit)), len(modules))
    yield Section("Files", list(_file_rows(inventory)), len(inventory.files))
    unread = ((one.path, REASONS.get(one.reason, one.reason)) for one in inventory.unread)
    yield section_of("Not analysed", unread, limit, is_counted=True)


def _manifest_rows(inventory: Inventory) -> Iterator[tuple[str, str]]:
    sizes = f"{pluralize(len(inventory.files), 'file')}, {format_size(inventory.size)}"
    if inventory.package_size is not None:
        sizes = f"{format_size(inventory.package_size)} packed, {sizes}"
    yield "Path", f"{inventory.name}: {sizes}"
    if not inventory.manifest:
        yield "Manifest", "none"
    for key, label in _FIELDS.items():
        if value := inventory.manifest.get(key):
            yield label, _plain(value)
    if blender := _blender_range(inventory):
        yield "Blender", blender


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


def _permission_rows(inventory: Inventory) -> Iterator[tuple[str, str]]:
    for one in inventory.permissions:
        declared = one.reason or "declared without a reason"
        if not one.is_declared:
            declared = "not declared" if inventory.manifest else "no manifest"
        used = f"used in {_places(one.uses)}" if one.uses else "no use found"
        yield one.name, f"{declared} · {used}"


def _places(places: Sequence[Place]) -> str:
    """Return the first places, and how many more there are."""
    text = ", ".join(map(str, places[:MAX_PLACES]))
    more = len(places) - MAX_PLACES
    return f"{text} and {more} more" if more > 0 else text


def _module_rows(entries: Sequence[Entry], limit: int | None) -> Iterator[tuple[str, str]]:
    """Yield a row for each origin: hundreds of modules of Python matter less than an unknown one."""
    most = None if limit is None else 2 * limit
    for origin, label in _ORIGINS.items():
        found = [one for one in entries if one.fields["origin"] == origin]
        names = [
            f"{one.name} ({one.place})" if origin == "unknown" else one.name for one in found[:most]
        ]
        more = len(found) - len(names)
        if found:
            yield label, ", ".join(names) + (f" and {more} more" if more else "")


def _file_rows(inventory: Inventory) -> Iterator[tuple[str, str, str]]:
    kinds: dict[str, list[int]] = {}
    for file in inventory.files:
        kinds.setdefault(file.kind, []).append(file.size)
    for kind, sizes in sorted(kinds.items(), key=lambda one: -sum(one[1])):
        yield kind, str(len(sizes)), format_size(sum(sizes))


#: Failures of `extery.analysis.facts.ModuleFacts` as text.
REASONS = {
    "time": "takes too long",
    "memory": "takes too much memory",
    "size": "too large",
    "nesting": "nested too deeply",
    "unreadable": "cannot be read",
    "not-imported": "nothing seems to import it: only what it reaches is listed",
    "cut": "too many classes, calls or constants: the rest is not listed",
    "python": "needs a newer Python than the one that runs Extery",
}
