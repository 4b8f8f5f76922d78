"""The kinds of things in an inventory: one row for each, which output, comparison and the reference page are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

#: What a kind is about: what a user sees, when code runs, what reaches beyond Blender, and libraries.
Group = Literal["interface", "hooks", "effects", "libraries", "content"]


class Kind(NamedTuple):
    """A kind of entry.

    ``fields`` are the fields of its entries with what they mean. ``attributes`` maps fields to the attributes of a class
    that have them, ``bases`` are the types of Blender that its classes are derived from, and ``required`` the attributes without which
    Blender refuses to register one. ``is_critical``: a new one of it is shown first to who reviews an update.
    """

    name: str
    title: str
    noun: str
    group: Group
    description: str
    fields: Mapping[str, str]
    attributes: Mapping[str, str] = {}
    bases: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    is_critical: bool = False


_LABEL = "the label that users read"
_SPACE = "`bl_space_type`: the editor"
_REGION = "`bl_region_type`: the region of the editor"
_CLASS = "the name of the class"
_OPTIONS = "`bl_options`"

KINDS: tuple[Kind, ...] = (
    Kind(
        "operators",
        "Operators",
        "operator",
        "interface",
        "Classes derived from `Operator` or `Macro`; the name is `bl_idname`.",
        {"label": _LABEL, "tooltip": "`bl_description`, else the docstring", "options": _OPTIONS, "class": _CLASS},
        {"label": "bl_label", "tooltip": "bl_description", "options": "bl_options"},
        ("Operator", "Macro"), ("bl_idname", "bl_label"),
    ),
    Kind(
        "importers",
        "Imports files",
        "importer",
        "interface",
        "Operators with `ImportHelper`; the name is `bl_idname`.",
        {"label": _LABEL, "extensions": "the file extensions of `filename_ext` and `filter_glob`"},
    ),
    Kind(
        "exporters",
        "Exports files",
        "exporter",
        "interface",
        "Operators with `ExportHelper`; the name is `bl_idname`.",
        {"label": _LABEL, "extensions": "the file extensions of `filename_ext` and `filter_glob`"},
    ),
    Kind(
        "file_handlers",
        "File handlers",
        "file handler",
        "interface",
        "Classes derived from `FileHandler`: files that can be dropped into Blender.",
        {
            "label": _LABEL,
            "extensions": "`bl_file_extensions`",
            "import_operator": "`bl_import_operator`",
            "export_operator": "`bl_export_operator`",
            "class": _CLASS,
        },
        {
            "label": "bl_label",
            "extensions": "bl_file_extensions",
            "import_operator": "bl_import_operator",
            "export_operator": "bl_export_operator",
        },
        ("FileHandler",), ("bl_label", "bl_file_extensions"),
    ),
    Kind(
        "panels",
        "Panels",
        "panel",
        "interface",
        "Classes derived from `Panel`.",
        {
            "label": _LABEL,
            "space": _SPACE,
            "region": _REGION,
            "category": "`bl_category`: the tab in the sidebar",
            "context": "`bl_context`: the tab of the properties editor, or the mode",
            "parent": "`bl_parent_id`: the panel around it",
            "options": _OPTIONS,
            "class": _CLASS,
        },
        {
            "label": "bl_label",
            "space": "bl_space_type",
            "region": "bl_region_type",
            "category": "bl_category",
            "context": "bl_context",
            "parent": "bl_parent_id",
            "options": "bl_options",
        },
        ("Panel",), ("bl_label", "bl_space_type", "bl_region_type", "draw"),
    ),
    Kind("menus", "Menus", "menu", "interface", "Classes derived from `Menu`.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"}, ("Menu",), ("bl_label", "draw")),
    Kind("headers", "Headers", "header", "interface", "Classes derived from `Header`.",
         {"space": _SPACE, "region": _REGION, "class": _CLASS},
         {"space": "bl_space_type", "region": "bl_region_type"}, ("Header",), ("bl_space_type", "draw")),
    Kind("lists", "Lists", "list", "interface", "Classes derived from `UIList`.",
         {"class": _CLASS}, {}, ("UIList",)),
    Kind(
        "menu_additions",
        "Added to menus, headers and panels of Blender",
        "addition to a menu",
        "interface",
        "Calls of `append` or `prepend` of a menu, header or panel; the name is its type.",
        {"function": "the function that draws", "position": "`append` or `prepend`"},
    ),
    Kind(
        "keymaps",
        "Shortcuts",
        "shortcut",
        "interface",
        "Calls of `keymap_items.new`; the name is the operator that is started.",
        {
            "key": "the key with its modifiers, such as `Ctrl Shift A`",
            "event": "the event, such as `PRESS`",
            "keymap": "the name of the key map",
            "space": "the editor of the key map",
        },
    ),
    Kind("tools", "Tools", "tool", "interface", "Classes derived from `WorkSpaceTool`.",
         {"label": _LABEL, "space": _SPACE, "context": "`bl_context_mode`", "class": _CLASS},
         {"label": "bl_label", "space": "bl_space_type", "context": "bl_context_mode"}, ("WorkSpaceTool",)),
    Kind("gizmos", "Gizmos", "gizmo", "interface", "Classes derived from `Gizmo`.",
         {"class": _CLASS}, {}, ("Gizmo",)),
    Kind("gizmo_groups", "Gizmo groups", "gizmo group", "interface", "Classes derived from `GizmoGroup`.",
         {"label": _LABEL, "space": _SPACE, "region": _REGION, "options": _OPTIONS, "class": _CLASS},
         {"label": "bl_label", "space": "bl_space_type", "region": "bl_region_type", "options": "bl_options"},
         ("GizmoGroup",), ("bl_label", "bl_space_type", "bl_region_type", "setup")),
    Kind("asset_shelves", "Asset shelves", "asset shelf", "interface", "Classes derived from `AssetShelf`.",
         {"space": _SPACE, "options": _OPTIONS, "class": _CLASS},
         {"space": "bl_space_type", "options": "bl_options"}, ("AssetShelf",), ("bl_space_type",)),
    Kind("preferences", "Preferences", "class of preferences", "interface",
         "Classes derived from `AddonPreferences`; the name is that of the class.",
         {"properties": "the properties with their types, as `name: String`", "class": _CLASS}, {}, ("AddonPreferences",)),
    Kind("property_groups", "Groups of properties", "group of properties", "interface",
         "Classes derived from `PropertyGroup`; the name is that of the class.",
         {"properties": "the properties with their types, as `name: String`", "class": _CLASS}, {}, ("PropertyGroup",)),
    Kind(
        "properties",
        "Properties added to Blender's types",
        "property",
        "interface",
        "Assignments of a property to a type, as `bpy.types.Scene.gears`; the name is `Scene.gears`.",
        {"type": "`Bool`, `Float`, `Pointer` and others; `class` or `method` for another value", "of": "the type of a pointer or collection", "label": _LABEL},
    ),
    Kind("nodes", "Nodes", "node", "interface",
         "Classes derived from `Node` or one of the types of custom nodes.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"},
         ("Node", "NodeCustomGroup", "ShaderNodeCustomGroup", "GeometryNodeCustomGroup", "CompositorNodeCustomGroup",
          "ShaderNode", "GeometryNode", "CompositorNode", "TextureNode", "FunctionNode", "NodeInternal")),
    Kind("node_sockets", "Node sockets", "node socket", "interface", "Classes derived from `NodeSocket` or one of its types.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"}, ("NodeSocket", "NodeTreeInterfaceSocket", "NodeSocketStandard")),
    Kind("node_trees", "Node trees", "node tree", "interface", "Classes derived from `NodeTree`.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"}, ("NodeTree",), ("bl_label", "bl_icon")),
    Kind("render_engines", "Render engines", "render engine", "interface", "Classes derived from `RenderEngine`.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"}, ("RenderEngine", "HydraRenderEngine"), ("bl_label",)),
    Kind("keying_sets", "Keying sets", "keying set", "interface", "Classes derived from `KeyingSetInfo`.",
         {"label": _LABEL, "class": _CLASS}, {"label": "bl_label"}, ("KeyingSetInfo",)),
    Kind("commands", "Commands of Blender's command line", "command", "interface",
         "Calls of `bpy.utils.register_cli_command`.", {"function": "the function that runs"}),
    Kind("handlers", "Handlers", "handler", "hooks",
         "Functions that Blender runs on an event; the name is the list in `bpy.app.handlers`.",
         {"function": "the function that runs"}),
    Kind("timers", "Timers", "timer", "hooks", "Functions that Blender runs later; the name is the function.",
         {"first_interval": "seconds before the first run", "persistent": "whether it goes on after another file is opened"}),
    Kind("subscriptions", "Message-bus subscriptions", "subscription", "hooks",
         "Calls of `bpy.msgbus.subscribe_rna`; the name is the property that is watched.",
         {"function": "the function that runs"}),
    Kind("draw_handlers", "Draw handlers", "draw handler", "hooks",
         "Functions that draw into an editor; the name is the type of the editor.",
         {"function": "the function that runs", "region": "the region", "event": "when, such as `POST_PIXEL`"}),
    Kind("network", "Network", "network call", "effects", "Calls that connect to another computer or wait for connections; the name is the call.",
         {"url": "the address, if it is in the call"}, is_critical=True),
    Kind("hosts", "Hosts", "host", "effects", "Hosts in addresses in the code; the name is the host.",
         {"use": "`requested` in a call that connects, `browser` if it is opened there, else `mentioned`", "urls": "the addresses"},
         is_critical=True),
    Kind("programs", "Programs started", "started program", "effects", "Calls that start a program; the name is the program.",
         {"call": "the call"}, is_critical=True),
    Kind("native_code", "Native code", "use of native code", "effects",
         "Compiled files, and calls that load libraries; the name is the file, or the library.",
         {"call": "the call; empty for a file", "format": "`ELF`, `PE`, `Mach-O` or `bytecode` (of Python) of a file"}, is_critical=True),
    Kind("dynamic_code", "Code made at run time", "execution of code", "effects",
         "Calls of `exec`, `eval` and others, and names that are looked up by a text, as `getattr(os, …)`; the name is the call.", {}, is_critical=True),
    Kind("files_written", "Files written or deleted", "write of files", "effects", "Calls that write, move or delete files; the name is the call.",
         {"path": "the path, if it is a text"}),
    Kind("files_read", "Files read", "read of files", "effects", "Calls of `open` that read; the name is the call.",
         {"path": "the path, if it is a text"}),
    Kind("environment", "Environment variables", "environment variable", "effects", "Variables that are read or written; the name is the variable.",
         {"access": "`read` or `write`"}),
    Kind("modules", "Modules used", "module", "libraries", "Imports by the first part of their names.",
         {"origin": "`blender`, `python`, `shipped` with Blender's Python, `wheel`, `own`, or `unknown`", "optional": "whether it is only imported where a failure is caught"}),
    Kind("wheels", "Wheels", "wheel", "libraries", "Python libraries in the package; the name is that of the library.",
         {"version": "its version", "python": "the tag of the Pythons", "platforms": "the tags of the platforms", "size": "bytes", "listed": "whether the manifest lists it", "file": "the file"}, is_critical=True),
    Kind("theme_settings", "Theme settings", "area of the theme", "content", "Areas of a theme; the name is the element.",
         {"settings": "how many settings it has", "colors": "how many of them are colours", "values": "a digest of all names and values, to compare them"}),
    Kind("assets", "Asset files", "asset file", "content", "Blend files of an asset library; the name is the path.",
         {"size": "bytes"}),
)  # fmt: skip
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
