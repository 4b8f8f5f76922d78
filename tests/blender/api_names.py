"""Prints the names of Blender's Python API as JSON: run by the Blender whose names are wanted.

Started by `tests.blender.api_table`, in Blender's Python: it imports nothing of this project. A kind in the result is
``""`` for a plain value, ``=Type`` for a pointer, ``*Type`` or ``*Type:Collection`` for a collection, ``@Type`` for a value
of mathutils, ``{A,B}`` for the items of an enumeration, and ``(a,b)`` and the kind of its result for a function.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import traceback
from importlib import import_module

MATH = {
    "MATRIX": "Matrix",
    "EULER": "Euler",
    "QUATERNION": "Quaternion",
    "COLOR": "Color",
    "COLOR_GAMMA": "Color",
    **dict.fromkeys(
        (
            "TRANSLATION",
            "DIRECTION",
            "VELOCITY",
            "ACCELERATION",
            "XYZ",
            "XYZ_LENGTH",
            "COORDINATES",
        ),
        "Vector",
    ),
}
MODULES = (
    *(
        "bpy",
        "bpy.app",
        "bpy.app.handlers",
        "bpy.app.icons",
        "bpy.app.timers",
        "bpy.app.translations",
    ),
    *("bpy.msgbus", "bpy.path", "bpy.props", "bpy.utils", "bpy.utils.previews", "bpy.utils.units"),
    *("bpy_extras", "bpy_extras.anim_utils", "bpy_extras.asset_utils", "bpy_extras.bmesh_utils"),
    *("bpy_extras.id_map_utils", "bpy_extras.image_utils", "bpy_extras.io_utils"),
    *("bpy_extras.keyconfig_utils", "bpy_extras.mesh_utils", "bpy_extras.node_shader_utils"),
    *("bpy_extras.node_utils", "bpy_extras.object_utils", "bpy_extras.view3d_utils"),
    *("bpy_extras.wm_utils", "bmesh", "bmesh.ops", "bmesh.types", "bmesh.utils", "mathutils"),
    *("mathutils.bvhtree", "mathutils.geometry", "mathutils.interpolate", "mathutils.kdtree"),
    *("mathutils.noise", "gpu", "gpu.capabilities", "gpu.matrix", "gpu.platform", "gpu.select"),
    *("gpu.shader", "gpu.state", "gpu.texture", "gpu.types", "gpu_extras", "gpu_extras.batch"),
    *(
        "gpu_extras.presets",
        "blf",
        "bl_math",
        "imbuf",
        "imbuf.types",
        "aud",
        "idprop",
        "idprop.types",
    ),
    *(
        "bgl",
        "addon_utils",
        "rna_prop_ui",
        "rna_keymap_ui",
        "rna_info",
        "rna_xml",
        "nodeitems_utils",
    ),
    *("keyingsets_utils", "keyingsets_builtins", "bl_keymap_utils", "bl_keymap_utils.io"),
    *("bl_ui_utils", "bl_ui_utils.layout", "graphviz_export", "animsys_refactor", "sys_info"),
    *("bl_app_override", "bl_app_template_utils", "bl_previews_utils", "bl_rna_utils"),
    *("bl_rna_utils.data_path", "bl_text_utils", "bl_i18n_utils", "console_python", "freestyle"),
    *("bl_ui", "bl_operators", "bpy_types", "bpy_restrict_state", "blend_render_info", "cycles"),
)
#: Classes that Blender's own scripts register: only their names are of interest.
INTERFACE = (
    "Panel",
    "Menu",
    "Header",
    "UIList",
    "Operator",
    "KeyingSetInfo",
    "AssetShelf",
    "Macro",
)
PLAIN_CLASSES = ("bmesh.types", "mathutils")


def main() -> None:
    """Print the names; ordinary ends of Blender can crash or hang after that."""
    import bpy

    names = {
        "version": ".".join(map(str, bpy.app.version)),
        "types": types(bpy),
        "interface": interface(bpy),
        "operators": operators(bpy),
        "modules": modules(),
        "deprecated": deprecated(bpy),
        "casts": casts(bpy),
    }
    sys.stdout.write("\n" + json.dumps(names) + "\n")
    sys.stdout.flush()
    os._exit(0)


def rna_types(bpy):
    """Yield the name and the class of each type with RNA that is no part of the interface."""
    for name in dir(bpy.types):
        type_ = getattr(bpy.types, name)
        if hasattr(type_, "bl_rna") and not is_interface(bpy, name, type_):
            yield name, type_


def is_interface(bpy, name, type_):
    bases = tuple(getattr(bpy.types, base) for base in INTERFACE if hasattr(bpy.types, base))
    return issubclass(type_, bases) and name not in INTERFACE


def interface(bpy):
    return [
        name
        for name in dir(bpy.types)
        if is_class(getattr(bpy.types, name)) and is_interface(bpy, name, getattr(bpy.types, name))
    ]


def is_class(value):
    return isinstance(value, type)


def types(bpy):
    found = {}
    for name, type_ in rna_types(bpy):
        rna = type_.bl_rna
        members = {one.identifier: kind_of(one) for one in rna.properties}
        members |= {one.identifier: function_kind(one) for one in rna.functions}
        inherited = set(members)
        for one in dir(type_):
            if one not in inherited and not one.startswith("__"):
                members[one] = python_kind(inspect.getattr_static(type_, one, None))
        found[name] = {"base": rna.base.identifier if rna.base else "", "members": members}
    for one in dir(bpy.context):  # what screens and spaces add
        if not one.startswith("__"):
            found["Context"]["members"].setdefault(one, "")
    for name in ("bpy_struct", "bpy_prop_collection", "bpy_prop_array"):
        members = {one: "" for one in dir(getattr(bpy.types, name)) if not one.startswith("__")}
        found.setdefault(name, {"base": "", "members": members})
    for module in PLAIN_CLASSES:
        for name, type_ in vars(import_module(module)).items():
            if is_class(type_):
                members = {one: "" for one in dir(type_) if not one.startswith("__")}
                found[name] = {"base": "", "members": members}
    return found


def kind_of(prop):
    if prop.type == "POINTER":
        return f"={prop.fixed_type.identifier}"
    if prop.type == "COLLECTION":
        item = prop.fixed_type.identifier if prop.fixed_type else ""
        return f"*{item}:{prop.srna.identifier}" if prop.srna else f"*{item}"
    if prop.type == "FLOAT" and getattr(prop, "is_array", False) and prop.subtype in MATH:
        return f"@{MATH[prop.subtype]}"
    if prop.type == "ENUM":
        items = [item.identifier for item in prop.enum_items_static]
        return "{" + ",".join(sorted(filter(None, items))) + "}" if items else ""
    return ""


def function_kind(function):
    arguments = [one for one in function.parameters if not one.is_output]
    results = [one for one in function.parameters if one.is_output]
    kind = kind_of(results[0]) if len(results) == 1 else ""
    kind = "" if kind.startswith("{") else kind
    return "(" + ",".join(one.identifier for one in arguments) + ")" + kind


def python_kind(value):
    """Return the kind of a member that Blender's own scripts define; arguments only where they are certain."""
    if isinstance(value, (staticmethod, classmethod)):
        return ""
    if inspect.isfunction(value):
        arguments = arguments_of(value)
        return f"({','.join(arguments[1:])})" if arguments else ""
    return ""


def arguments_of(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL) for one in parameters):
        return None
    return [one.name for one in parameters]


def operators(bpy):
    found = {}
    for module in dir(bpy.ops):
        if module.startswith("__"):
            continue
        for name in dir(getattr(bpy.ops, module)):
            if name.startswith("__"):
                continue
            try:
                rna = getattr(getattr(bpy.ops, module), name).get_rna_type()
            except Exception:
                continue
            found[f"{module}.{name}"] = [
                one.identifier for one in rna.properties if one.identifier != "rna_type"
            ]
    return found


def modules():
    found = {}
    for name in MODULES:
        try:
            module = import_module(name)
        except Exception:
            try:
                module = eval(name, {"bpy": import_module("bpy")})
            except Exception:
                continue
        found[name] = {
            one: function_of_module(getattr(module, one, None))
            for one in dir(module)
            if not one.startswith("__")
        }
    return found


def function_of_module(value):
    arguments = arguments_of(value) if inspect.isfunction(value) else None
    return f"({','.join(arguments)})" if arguments is not None else ""


def deprecated(bpy):
    found = {}
    for name, type_ in rna_types(bpy):
        for prop in type_.bl_rna.properties:
            if getattr(prop, "is_deprecated", False):
                found[f"{name}.{prop.identifier}"] = [
                    prop.deprecated_note,
                    list(prop.deprecated_version),
                    list(prop.deprecated_removal_version),
                ]
    return found


def casts(bpy):
    """Return which type a value of ``type`` means, for modifiers, constraints and nodes."""
    return {"Modifier": modifiers(bpy), "Constraint": constraints(bpy), "Node": nodes(bpy)}


def modifiers(bpy):
    data = bpy.data
    objects = [data.objects.new("m", data.meshes.new("m"))]
    for folder in ("grease_pencils_v3", "grease_pencils"):
        try:
            objects.append(data.objects.new("g", getattr(data, folder).new("g")))
        except Exception:
            continue
    objects.append(data.objects.new("c", data.curves.new("c", "CURVE")))
    found = {}
    for item in bpy.types.Modifier.bl_rna.properties["type"].enum_items:
        for one in objects:
            try:
                modifier = one.modifiers.new("m", item.identifier)
            except Exception:
                continue
            if modifier is not None:
                found[item.identifier] = type(modifier).__name__
                break
    return found


def constraints(bpy):
    one = bpy.data.objects.new("o", None)
    found = {}
    for item in bpy.types.Constraint.bl_rna.properties["type"].enum_items:
        try:
            found[item.identifier] = type(one.constraints.new(item.identifier)).__name__
        except Exception:
            continue
    return found


def nodes(bpy):
    found = {}
    for tree_type in (
        "ShaderNodeTree",
        "CompositorNodeTree",
        "TextureNodeTree",
        "GeometryNodeTree",
    ):
        tree = bpy.data.node_groups.new("n", tree_type)
        for name in dir(bpy.types):
            type_ = getattr(bpy.types, name)
            if not (is_class(type_) and issubclass(type_, bpy.types.Node)):
                continue
            try:
                node = tree.nodes.new(name)
            except Exception:
                continue
            names = found.setdefault(node.type, [])
            if name not in names:
                names.append(name)
    return {key: "|".join(names) for key, names in found.items() if key and key != "CUSTOM"}


if __name__ == "__main__":
    try:
        main()
    finally:  # an ordinary end can hang
        sys.stdout.flush()
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
