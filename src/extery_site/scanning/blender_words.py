"""What Blender's interface calls what code names: editors, regions, menus and keys."""

from __future__ import annotations

import re

from extery.inventory.model import FieldValue

_EDITORS = {
    "VIEW_3D": "3D Viewport",
    "PROPERTIES": "Properties",
    "NODE_EDITOR": "Node Editor",
    "IMAGE_EDITOR": "Image Editor",
    "SEQUENCE_EDITOR": "Video Sequencer",
    "CLIP_EDITOR": "Movie Clip Editor",
    "GRAPH_EDITOR": "Graph Editor",
    "DOPESHEET_EDITOR": "Dope Sheet",
    "NLA_EDITOR": "Nonlinear Animation",
    "TEXT_EDITOR": "Text Editor",
    "FILE_BROWSER": "File Browser",
    "OUTLINER": "Outliner",
    "SPREADSHEET": "Spreadsheet",
    "CONSOLE": "Python Console",
    "INFO": "Info",
    "TOPBAR": "Top Bar",
    "STATUSBAR": "Status Bar",
    "PREFERENCES": "Preferences",
}
_REGIONS = {"UI": "Sidebar", "TOOLS": "Toolbar", "HEADER": "Header", "TOOL_HEADER": "Tool settings"}
_MENUS = {
    "TOPBAR_MT_file_import": "File › Import",
    "TOPBAR_MT_file_export": "File › Export",
    "TOPBAR_MT_editor_menus": "Top Bar",
    "VIEW3D_MT_add": "Add",
    "VIEW3D_MT_mesh_add": "Add › Mesh",
    "VIEW3D_MT_curve_add": "Add › Curve",
    "VIEW3D_MT_object": "Object",
    "VIEW3D_MT_object_context_menu": "the right-click menu of objects",
    "VIEW3D_MT_edit_mesh_context_menu": "the right-click menu of meshes",
    "NODE_MT_add": "Node Editor › Add",
}
_MENU_EDITORS = {
    "VIEW3D": "3D Viewport",
    "TOPBAR": "Top Bar",
    "NODE": "Node Editor",
    "IMAGE": "Image Editor",
    "SEQUENCER": "Video Sequencer",
    "CLIP": "Movie Clip Editor",
    "GRAPH": "Graph Editor",
    "DOPESHEET": "Dope Sheet",
    "TEXT": "Text Editor",
    "OUTLINER": "Outliner",
    "FILEBROWSER": "File Browser",
    "USERPREF": "Preferences",
}
_MENU = re.compile(r"([A-Z0-9]+)_(?:MT|HT|PT)_(\w+)")
_KEYS = {
    "LEFTMOUSE": "Left Mouse",
    "RIGHTMOUSE": "Right Mouse",
    "MIDDLEMOUSE": "Middle Mouse",
    "WHEELUPMOUSE": "Wheel Up",
    "WHEELDOWNMOUSE": "Wheel Down",
    "RET": "Enter",
    "ESC": "Esc",
    "DEL": "Delete",
    "ACCENT_GRAVE": "`",
    "BACK_SLASH": "\\",
    "LEFT_BRACKET": "[",
    "RIGHT_BRACKET": "]",
    "SEMI_COLON": ";",
    "QUOTE": "'",
    "COMMA": ",",
    "PERIOD": ".",
    "SLASH": "/",
    "MINUS": "-",
    "EQUAL": "=",
    "ZERO": "0",
    "ONE": "1",
    "TWO": "2",
    "THREE": "3",
    "FOUR": "4",
    "FIVE": "5",
    "SIX": "6",
    "SEVEN": "7",
    "EIGHT": "8",
    "NINE": "9",
}


def place_of(
    *, space: FieldValue, region: FieldValue, category: FieldValue, context: FieldValue
) -> str:
    """Return where a panel is: ``3D Viewport › Sidebar › Gears``, or ``Properties › Object``."""
    parts = [
        _EDITORS.get(str(space), _words(space)),
        _REGIONS.get(str(region), ""),
        _text(category),
    ]
    if space == "PROPERTIES":
        parts.append(_words(context))
    return " › ".join(part for part in parts if part)


def menu_title(name: str) -> str:
    """Return the title of a menu, header or panel of Blender from its type: ``File › Import``."""
    if name in _MENUS:
        return _MENUS[name]
    found = _MENU.fullmatch(name)
    if found is None:
        return name
    return f"{_MENU_EDITORS.get(found[1], found[1].capitalize())} › {_words(found[2])}"


def keys_of(text: str) -> tuple[str, ...]:
    """Return the keys of a shortcut as they are written on a keyboard: ``Ctrl``, ``Shift``, ``Q``."""
    return tuple(_KEYS.get(part, part.replace("_", " ").title()) for part in text.split())


def _words(value: FieldValue) -> str:
    return _text(value).replace("_", " ").strip().capitalize()


def _text(value: FieldValue) -> str:
    return value if isinstance(value, str) else ""
