"""Runs in a ``bpy`` environment: prints the structure of themes, or what happens when theme files are loaded.

Without arguments it prints JSON with the types that may occur in a theme's file, and the members of each. With paths it
loads those files as Blender does when a theme is chosen, and prints JSON with the lines that Blender prints for each and
the exception that ends the loading, or null.
"""

import contextlib
import io
import json
import os
import sys

import bpy

try:
    import _rna_xml as rna_xml
except ImportError:
    import rna_xml

MENU = bpy.types.USERPREF_MT_interface_theme_presets


def member(owner, prop, types):
    """Return the kind of a member as a short text: see `extery.package.theme_structure`."""
    value = getattr(owner, prop.identifier)
    if prop.type == "POINTER":
        return visit(value, types)
    if prop.type == "COLLECTION":
        return f"{visit(value[0], types)}*{len(value)}"
    if prop.type == "ENUM":
        return "|".join(item.identifier for item in prop.enum_items)
    if getattr(prop, "is_array", False):
        return str(prop.array_length)
    return prop.type.lower()


def visit(value, types):
    name = value.bl_rna.identifier
    if name not in types:
        members = types[name] = {}
        for prop in value.bl_rna.properties:
            if prop.identifier != "rna_type":
                kind = member(value, prop, types)
                members[prop.identifier] = f"{kind}?" if prop.is_skip_save else kind
    return name


def structure():
    types = {}
    for path, _ in MENU.preset_xml_map:
        visit(bpy.context.path_resolve(path), types)
    return {"allowed": sorted(MENU.preset_xml_secure_types), "types": types}


def load(path):
    bpy.ops.preferences.reset_default_theme()
    lines, error = io.StringIO(), None
    with contextlib.redirect_stdout(lines):
        try:
            rna_xml.xml_file_run(
                bpy.context, path, MENU.preset_xml_map, secure_types=MENU.preset_xml_secure_types
            )
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    return {"lines": lines.getvalue().splitlines(), "error": error}


paths = sys.argv[1:]
answer = [load(path) for path in paths] if paths else structure()
sys.stdout.write(f"\n{json.dumps(answer)}\n")
sys.stdout.flush()
os._exit(0)  # the exit handlers of bpy can crash
