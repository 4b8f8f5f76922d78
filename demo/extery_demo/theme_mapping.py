"""Colours of each editor, widget and keyframe type, as expressions over a palette.

An expression is a colour of the palette, ``accent+80`` with an alpha, or ``accent/back:60`` for a
mix with 60 % of the second colour.
"""

from __future__ import annotations

#: Editors and their types. Blender ignores elements under another type.
EDITORS = {
    "view_3d": "ThemeView3D",
    "graph_editor": "ThemeGraphEditor",
    "file_browser": "ThemeFileBrowser",
    "nla_editor": "ThemeNLAEditor",
    "dopesheet_editor": "ThemeDopeSheet",
    "image_editor": "ThemeImageEditor",
    "sequence_editor": "ThemeSequenceEditor",
    "properties": "ThemeProperties",
    "text_editor": "ThemeTextEditor",
    "node_editor": "ThemeNodeEditor",
    "outliner": "ThemeOutliner",
    "info": "ThemeInfo",
    "preferences": "ThemePreferences",
    "console": "ThemeConsole",
    "clip_editor": "ThemeClipEditor",
    "topbar": "ThemeTopBar",
    "statusbar": "ThemeStatusBar",
    "spreadsheet": "ThemeSpreadsheet",
}

#: Colours of editors, with names that Blender 4.2 to 5.3 share.
EDITOR_COLOURS: dict[str, dict[str, str]] = {
    "view_3d": {
        "grid": "line+80",
        "wire": "line",
        "wire_edit": "line",
        "vertex": "line",
        "vertex_select": "chosen",
        "edge_select": "chosen",
        "face_select": "chosen+33",
        "object_selected": "chosen",
        "object_active": "active",
        "transform": "strong",
        "camera": "text",
        "empty": "text",
        "light": "text+60",
        "speaker": "text",
        "view_overlay": "strong",
        "bone_pose": "second",
        "bone_pose_active": "active",
        "text_grease_pencil": "second",
    },
    "graph_editor": {"grid": "back/line:40", "vertex_select": "chosen", "vertex": "text"},
    "dopesheet_editor": {"grid": "back/line:40", "summary": "warn+40"},
    "nla_editor": {"grid": "back/line:40", "strips": "second", "strips_selected": "accent"},
    "image_editor": {"grid": "line+ff", "edge_select": "chosen", "vertex_select": "chosen"},
    "sequence_editor": {
        "grid": "back/line:40",
        "movie_strip": "second",
        "audio_strip": "accent",
        "scene_strip": "chosen",
        "active_strip": "active",
        "selected_strip": "strong",
        "preview_back": "back",
    },
    "text_editor": {
        "cursor": "accent",
        "selected_text": "accent/back:60",
        "line_numbers": "text/back:40",
        "line_numbers_background": "panel",
        "syntax_builtin": "second",
        "syntax_comment": "text/back:50",
        "syntax_numbers": "active",
        "syntax_reserved": "warn",
        "syntax_special": "chosen",
        "syntax_string": "accent",
        "syntax_symbols": "text",
    },
    "node_editor": {
        "grid": "back/line:35",
        "wire": "line",
        "wire_inner": "text",
        "wire_select": "strong",
        "node_active": "active",
        "node_selected": "chosen",
        "node_backdrop": "panel+e6",
        "input_node": "second",
        "output_node": "warn",
        "shader_node": "accent",
        "texture_node": "chosen",
        "vector_node": "second/panel:30",
        "color_node": "active",
        "converter_node": "text/panel:40",
        "geometry_node": "accent/panel:20",
        "group_node": "second/panel:50",
        "frame_node": "panel+99",
    },
    "outliner": {
        "match": "accent",
        "selected_highlight": "text/back:90",
        "active": "text/back:82",
        "selected_object": "chosen",
        "active_object": "active",
        "edited_object": "second",
        "row_alternate": "strong+07",
    },
    "properties": {"match": "accent"},
    "file_browser": {"row_alternate": "strong+07"},
    "spreadsheet": {"row_alternate": "strong+07"},
    "console": {
        "cursor": "accent",
        "line_error": "warn",
        "line_info": "second",
        "line_input": "strong",
        "line_output": "accent",
        "select": "accent+50",
    },
}

KEYS = {
    "keyframe": "text",
    "keyframe_selected": "active",
    "keyframe_extreme": "warn/text:40",
    "keyframe_extreme_selected": "warn",
    "keyframe_breakdown": "second/text:40",
    "keyframe_breakdown_selected": "second",
}

#: Colours that each editor had before 5.0.
EDITOR_COLOURS_42: dict[str, dict[str, str]] = {
    "dopesheet_editor": {
        "frame_current": "accent",
        "time_scrub_background": "header+ff",
        "channels": "panel",
        "channels_selected": "accent+40",
    }
    | KEYS,
    "graph_editor": {"frame_current": "accent", "time_scrub_background": "header+ff"},
    "nla_editor": {"frame_current": "accent", "time_scrub_background": "header+ff"},
    "sequence_editor": {"frame_current": "accent", "time_scrub_background": "header+ff"},
    "clip_editor": {"frame_current": "accent", "time_scrub_background": "header+ff"},
}

#: Colours that editors had before 5.3.
EDITOR_COLOURS_50: dict[str, dict[str, str]] = {"file_browser": {"selected_file": "accent"}}

#: Widgets: inner, selected inner, item (arrows, sliders, ticks), text, selected text.
WIDGETS = {
    "wcol_regular": ("button", "accent", "text+80", "text", "on_accent"),
    "wcol_tool": ("button", "accent", "text+80", "text", "on_accent"),
    "wcol_toolbar_item": ("panel", "accent", "strong+b0", "text", "on_accent"),
    "wcol_radio": ("button", "accent", "strong", "text", "on_accent"),
    "wcol_text": ("field", "field/back:50", "strong+33", "text", "strong"),
    "wcol_option": ("field", "accent", "on_accent", "text", "strong"),
    "wcol_toggle": ("button", "accent", "field", "text", "on_accent"),
    "wcol_num": ("field/button:60", "field", "accent", "text", "strong"),
    "wcol_numslider": ("field/button:60", "field", "accent", "text", "strong"),
    "wcol_box": ("back+80", "panel", "line", "text", "strong"),
    "wcol_menu": ("field/button:40", "accent", "text", "text", "on_accent"),
    "wcol_pulldown": ("header+80", "accent", "text+80", "text", "on_accent"),
    "wcol_menu_back": ("field", "field", "line", "text", "strong"),
    "wcol_pie_menu": ("field", "accent", "accent", "text", "on_accent"),
    "wcol_tooltip": ("field", "field", "text", "text", "strong"),
    "wcol_menu_item": ("field+00", "accent", "text+80", "text", "on_accent"),
    "wcol_scroll": ("back+00", "line", "line", "text", "strong"),
    "wcol_progress": ("field", "accent", "accent", "text", "on_accent"),
    "wcol_list_item": ("field+00", "accent", "line", "text", "on_accent"),
    "wcol_tab": ("back", "panel", "line", "text", "strong"),
}
