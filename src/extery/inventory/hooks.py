"""What an extension adds by calls: menu entries, shortcuts, properties, handlers, timers, subscriptions, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extery.inventory.classes import property_type
from extery.inventory.evaluate import Evaluator
from extery.inventory.fields import field_of, label_of, text_of
from extery.inventory.model import Entry, FieldValue, Place
from extery.inventory.sites import Site
from extery.inventory.values import Value

#: Blender's own classes are in `bpy.types`, and those of its scripts in modules too.
_MENU = re.compile(r"^(?:bpy\.types\.|bl_ui\.(?:\w+\.)?)(\w+)\.(append|prepend)$")
_HANDLER = re.compile(r"^bpy\.app\.handlers\.(\w+)\.(append|insert)$")
_DRAW = re.compile(r"^bpy\.types\.(\w+)\.draw_handler_add$")
_PROPERTY = re.compile(r"^bpy\.types\.(\w+)\.(\w+)$")
_ATTRIBUTE = re.compile(r"^bpy\.types\.(\w+)$")
_MODIFIERS = ("ctrl", "shift", "alt", "oskey", "any")
_MODIFIER_NAMES = {"oskey": "Cmd", "any": "Any"}


def hook_entries(evaluator: Evaluator) -> Iterator[Entry]:
    """Yield the entries of all calls and assignments that add something to Blender."""
    yield from _menus_and_handlers(evaluator)
    yield from _keymaps(evaluator)
    yield from _properties(evaluator)
    yield from _others(evaluator)


def _place(site: Site) -> Place:
    return Place(site.module.path, site.line)


def _menus_and_handlers(evaluator: Evaluator) -> Iterator[Entry]:
    for site in evaluator.sites(".append", ".prepend", ".insert"):
        name = _resolved(site)
        index = 1 if name.endswith(".insert") else 0
        function = _function(evaluator.arguments(site).argument(index, "draw_func"))
        if match := _MENU.match(name):
            fields: dict[str, FieldValue] = {"function": function, "position": match[2]}
            yield Entry("menu_additions", match[1], _place(site), fields)
        elif match := _HANDLER.match(name):
            yield Entry("handlers", match[1], _place(site), {"function": function})


def _resolved(site: Site) -> str:
    """Return the path of a call, with the value of a variable at its beginning."""
    name = site.name
    if not name.startswith("~"):
        return name
    root, _, rest = name[1:].partition(".")
    value = site.variables.get(root)
    if value is None or value.kind not in ("name", "str") or not rest:
        return name
    return f"{value.text}.{rest}"


def _function(value: Value | None) -> str | None:
    return (label_of(value) or None) if value is not None else ""


def _keymaps(evaluator: Evaluator) -> Iterator[Entry]:
    for site in evaluator.sites(".keymap_items.new", ".keymap_items.new_modal"):
        call = evaluator.arguments(site)
        if site.name.endswith("new_modal"):
            continue
        idname = call.argument(0, "idname")
        keymap, space = _keymap_of(evaluator, site)
        fields: dict[str, FieldValue] = {
            "key": _key(call),
            "event": field_of(call.argument(2, "value")),
            "keymap": keymap,
            "space": space,
        }
        yield Entry("keymaps", text_of(idname), _place(site), fields)


def _key(call: Value) -> FieldValue:
    """Return the key with its modifiers, such as ``Ctrl Shift A``."""
    key = field_of(call.argument(1, "type"))
    if not isinstance(key, str):
        return None
    parts = []
    for name in _MODIFIERS:
        value = field_of(call.argument(-1, name))
        if value is None:
            return None
        if value not in ("", 0, False):
            parts.append(_MODIFIER_NAMES.get(name, name.title()))
    modifier = field_of(call.argument(-1, "key_modifier"))
    if modifier is None:
        return None
    if modifier not in ("", "NONE"):
        parts.append(str(modifier))
    return " ".join([*parts, key])


def _keymap_of(evaluator: Evaluator, site: Site) -> tuple[FieldValue, FieldValue]:
    """Return the name and editor of the key map to which an item is added: that of the call before in the function."""
    if "keymaps.new()" not in site.name:
        return None, None
    before = [
        one
        for one in site.module.declarations.calls
        if one.call.text.endswith("keymaps.new")
        and one.function == site.declaration.function
        and one.line <= site.line
    ]
    if not before:
        return None, None
    last = before[-1].call
    name = evaluator.evaluate(last.argument(0, "name"), site.module, site.variables)
    space = last.argument(-1, "space_type")
    if space is None:
        return field_of(name), "EMPTY"
    return field_of(name), field_of(evaluator.evaluate(space, site.module, site.variables))


def _properties(evaluator: Evaluator) -> Iterator[Entry]:
    for module in evaluator.modules:
        for one in module.declarations.constants:
            if match := _PROPERTY.match(one.name):
                value = evaluator.evaluate(one.value, module)
                yield _property(f"{match[1]}.{match[2]}", value, Place(module.path, one.line))
    for site in evaluator.sites("builtins.setattr"):
        call = evaluator.arguments(site)
        if len(call.items) != 3:
            continue
        owner, name, assigned = call.items
        if match := _ATTRIBUTE.match(owner.text if owner.kind == "name" else ""):
            attribute = text_of(name)
            path = f"{match[1]}.{attribute}" if attribute else ""
            yield _property(path, assigned, _place(site))


def _property(name: str, value: Value, place: Place) -> Entry:
    type_ = property_type(value.text) if value.kind == "call" else ""
    fields: dict[str, FieldValue] = {"type": type_ or _other_type(value), "of": "", "label": ""}
    if type_:
        fields["label"] = field_of(value.argument(-1, "name"))
    if type_ in ("Pointer", "Collection"):
        target = value.argument(0, "type")
        fields["of"] = (label_of(target) or None) if target is not None else ""
    return Entry("properties", name, place, fields)


def _other_type(value: Value) -> FieldValue:
    if value.kind == "own":
        return "class or method"
    return None if value.kind in ("unknown", "call") else "value"


def _others(evaluator: Evaluator) -> Iterator[Entry]:
    for site in evaluator.sites("bpy.app.timers.register"):
        call = evaluator.arguments(site)
        fields: dict[str, FieldValue] = {
            "first_interval": field_of(call.argument(-1, "first_interval")),
            "persistent": field_of(call.argument(-1, "persistent")),
        }
        yield Entry("timers", _function(call.argument(0, "function")) or "", _place(site), fields)
    for site in evaluator.sites("bpy.msgbus.subscribe_rna"):
        call = evaluator.arguments(site)
        key = call.argument(-1, "key")
        watched = _watched(key) if key is not None else ""
        function = _function(call.argument(-1, "notify"))
        yield Entry("subscriptions", watched, _place(site), {"function": function})
    for site in evaluator.sites("bpy.utils.register_cli_command"):
        call = evaluator.arguments(site)
        fields = {"function": _function(call.argument(1, "execute"))}
        yield Entry("commands", text_of(call.argument(0, "id")), _place(site), fields)
    for site in evaluator.sites(".draw_handler_add"):
        if match := _DRAW.match(_resolved(site)):
            call = evaluator.arguments(site)
            fields = {
                "function": _function(call.argument(0, "")),
                "region": field_of(call.argument(2, "")),
                "event": field_of(call.argument(3, "")),
            }
            yield Entry("draw_handlers", match[1], _place(site), fields)


def _watched(key: Value) -> str:
    """Return ``Object.location`` for ``(bpy.types.Object, "location")``, and a path as it is."""
    if key.kind == "list" and all(map(label_of, key.items)):
        return ".".join(label_of(item).removeprefix("bpy.types.") for item in key.items)
    return label_of(key).removeprefix("bpy.types.")
