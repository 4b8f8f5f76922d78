"""Prints what each add-on that Blender ships registers, as JSON. Runs inside of Blender, with the standard library only."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found]  # puts Blender's scripts on the path

import addon_utils  # type: ignore[import-not-found]  # isort: skip

#: Kinds of the inventory -> types of Blender, the more special ones first.
KINDS = {
    "operators": ("Operator", "Macro"),
    "panels": ("Panel",),
    "menus": ("Menu",),
    "headers": ("Header",),
    "lists": ("UIList",),
    "gizmos": ("Gizmo",),
    "gizmo_groups": ("GizmoGroup",),
    "file_handlers": ("FileHandler",),
    "asset_shelves": ("AssetShelf",),
    "preferences": ("AddonPreferences",),
    "property_groups": ("PropertyGroup",),
    "nodes": ("Node",),
    "node_trees": ("NodeTree",),
    "node_sockets": ("NodeSocket",),
    "render_engines": ("RenderEngine",),
    "keying_sets": ("KeyingSetInfo",),
}
#: Fields of the inventory -> attributes of classes.
FIELDS = {
    "operators": {"label": "bl_label"},
    "panels": {
        "label": "bl_label",
        "space": "bl_space_type",
        "region": "bl_region_type",
        "category": "bl_category",
        "context": "bl_context",
        "parent": "bl_parent_id",
    },
    "menus": {"label": "bl_label"},
}
#: What Blender says of an operator without a tooltip.
UNDOCUMENTED = "(undocumented operator)"
BY_CLASS = {"preferences", "property_groups"}


def subclasses(root: type) -> set[type]:
    found: set[type] = set()
    stack = [root]
    while stack:
        for cls in type.__subclasses__(stack.pop()):
            if cls not in found:
                found.add(cls)
                stack.append(cls)
    return found


def snapshot(add_on: str) -> dict[str, set[tuple[str, ...]]]:
    """Return what there is, by kind: names, or names with their details."""
    found: dict[str, set[tuple[str, ...]]] = {"properties": properties()}
    for kind, types in KINDS.items():
        found[kind] = {
            (cls.__name__ if kind in BY_CLASS else vars(cls)["bl_rna"].identifier,)
            for name in types
            for cls in subclasses(getattr(bpy.types, name))
            if "bl_rna" in vars(cls) and cls.__module__ != "bpy.types"
        }
    found["menu_additions"] = {
        (cls.__name__, function.__name__)
        for cls in subclasses(bpy.types.bpy_struct)
        if cls.__module__.partition(".")[0] != add_on
        for function in getattr(getattr(cls, "draw", None), "_draw_funcs", None) or ()
        if is_of(function, add_on)
    }
    found["handlers"] = {
        (name, function.__name__)
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
        for function in getattr(bpy.app.handlers, name)
        if is_of(function, add_on)
    }
    found["keymaps"] = key_map_items()
    return found


def details(add_on: str) -> dict[str, dict[str, Any]]:
    """Return the fields of the registered classes of an add-on, by kind and name."""
    found: dict[str, dict[str, Any]] = {}
    for kind, attributes in FIELDS.items():
        for cls in subclasses(getattr(bpy.types, KINDS[kind][0])):
            if "bl_rna" in vars(cls) and cls.__module__.partition(".")[0] == add_on:
                fields = {
                    name: getattr(cls, attribute, "") for name, attribute in attributes.items()
                }
                if kind == "operators":
                    module, _, name = vars(cls)["bl_rna"].identifier.partition("_OT_")
                    operator = getattr(getattr(bpy.ops, module.lower()), name)
                    tooltip = operator.get_rna_type().description
                    fields["tooltip"] = tooltip if tooltip != UNDOCUMENTED else ""
                found.setdefault(kind, {})[vars(cls)["bl_rna"].identifier] = fields
    return found


def is_of(function: Any, add_on: str) -> bool:
    return str(getattr(function, "__module__", "")).partition(".")[0] == add_on


def properties() -> set[tuple[str, ...]]:
    found = set()
    for name in dir(bpy.types):
        cls = getattr(bpy.types, name)
        for prop in getattr(getattr(cls, "bl_rna", None), "properties", ()):
            if prop.is_runtime and not any(
                prop.identifier in getattr(getattr(base, "bl_rna", None), "properties", ())
                for base in cls.__mro__[1:]
            ):
                found.add((f"{name}.{prop.identifier}",))
    return found


def key_map_items() -> set[tuple[str, ...]]:
    found = set()
    for key_map in bpy.context.window_manager.keyconfigs.addon.keymaps:
        for item in key_map.keymap_items:
            flags = [
                (item.ctrl, "Ctrl"),
                (item.shift, "Shift"),
                (item.alt, "Alt"),
                (item.oskey, "Cmd"),
            ]
            names = ["Any"] if item.any else [name for is_set, name in flags if is_set]
            found.add((key_map.name, item.idname, " ".join([*names, item.type])))
    return found


def main() -> None:
    folder = Path(bpy.utils.resource_path("LOCAL"), "scripts", "addons_core")
    result: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for path in sorted(folder.iterdir()):
        if not (path / "__init__.py").is_file():
            continue
        addon_utils.disable(path.name)
        before = snapshot(path.name)
        if addon_utils.enable(path.name, default_set=True) is None:
            continue
        after = snapshot(path.name)
        result[path.name] = {
            kind: {"added": sorted(after[kind] - before[kind]), "before": sorted(before[kind])}
            for kind in after
        }
        fields[path.name] = details(path.name)
    print(json.dumps({"folder": str(folder), "add_ons": result, "fields": fields}))
    sys.stdout.flush()
    os._exit(0)  # the exit of a Blender without a window may crash


main()
