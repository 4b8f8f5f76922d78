"""Entries of an inventory as text: what a line says about each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from extery.core.files import format_size
from extery.inventory.model import Entry, FieldValue

COMPUTED = "(computed)"


def name_of(entry: Entry) -> str:
    """Return the name of an entry, or that it is only known at run time."""
    if entry.name:
        return entry.name
    name = entry.fields.get("class")
    return f"{name} {COMPUTED}" if isinstance(name, str) and name else COMPUTED


def value_text(value: FieldValue) -> str:
    """Return the value of a field as text."""
    if value is None:
        return COMPUTED
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def details_of(entry: Entry) -> str:
    """Return what a line says about an entry beside its name and place."""
    describe = _DETAILS.get(entry.kind, _all_fields)
    text = describe({name: value_text(value) for name, value in entry.fields.items()})
    if entry.kind == "wheels":
        text = _wheel(entry)
    notes = []
    if entry.registered == "no":
        notes.append("never registered")
    if entry.count > 1 and entry.kind not in ("modules", "hosts"):
        notes.append(f"{entry.count} places")
    return f"{text} ({', '.join(notes)})".strip() if notes else text


Fields = Mapping[str, str]


def _joined(*parts: str, mark: str = " · ") -> str:
    return mark.join(part for part in parts if part)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _operator(fields: Fields) -> str:
    tooltip = _first_line(fields["tooltip"])
    label = fields["label"]
    start = f"{label}: {tooltip}" if label and tooltip else label or tooltip
    special = [one for one in fields["options"].split(", ") if one not in ("REGISTER", "UNDO")]
    return _joined(start, ", ".join(special))


def _panel(fields: Fields) -> str:
    where = _joined(
        fields["space"], fields["region"], fields["category"] or fields["context"], mark=" > "
    )
    parent = f"in {fields['parent']}" if fields["parent"] else ""
    return _joined(fields["label"], where, parent)


def _space(fields: Fields) -> str:
    where = _joined(
        fields["space"], fields.get("region", ""), fields.get("context", ""), mark=" > "
    )
    return _joined(fields.get("label", ""), where)


def _label(fields: Fields) -> str:
    return fields["label"]


def _files(fields: Fields) -> str:
    return _joined(fields["label"], fields["extensions"])


def _keymap(fields: Fields) -> str:
    return _joined(fields["key"], fields["keymap"])


def _property(fields: Fields) -> str:
    return f"{fields['type']} of {fields['of']}" if fields["of"] else fields["type"]


def _host(fields: Fields) -> str:
    return fields["use"]


def _menu_addition(fields: Fields) -> str:
    return fields["function"]


def _timer(fields: Fields) -> str:
    interval = f"after {fields['first_interval']} s" if fields["first_interval"] else ""
    return _joined(interval, "persistent" if fields["persistent"] == "yes" else "", mark=", ")


def _module(fields: Fields) -> str:
    return _joined(fields["origin"], "optional" if fields["optional"] == "yes" else "")


def _theme(fields: Fields) -> str:
    return f"{fields['settings']} settings, {fields['colors']} of them colours"


def _all_fields(fields: Fields) -> str:
    return _joined(*(text for name, text in fields.items() if name != "class"))


def _wheel(entry: Entry) -> str:
    fields = entry.fields
    size = fields.get("size")
    parts = [
        value_text(fields["version"]),
        value_text(fields["python"]),
        value_text(fields["platforms"]),
    ]
    parts.append(format_size(size) if isinstance(size, int) else "missing")
    parts += [] if fields["listed"] else ["not in the manifest"]
    return _joined(*parts)


_DETAILS: Mapping[str, Callable[[Fields], str]] = {
    "operators": _operator,
    "importers": _files,
    "exporters": _files,
    "file_handlers": _files,
    "panels": _panel,
    "menus": _label,
    "headers": _space,
    "gizmo_groups": _space,
    "tools": _space,
    "asset_shelves": _space,
    "menu_additions": _menu_addition,
    "keymaps": _keymap,
    "properties": _property,
    "nodes": _label,
    "node_sockets": _label,
    "node_trees": _label,
    "render_engines": _label,
    "keying_sets": _label,
    "hosts": _host,
    "modules": _module,
    "timers": _timer,
    "theme_settings": _theme,
}
