"""Codes of names that a Blender of the range does not have: `extery check`, `extery compat` and uploads."""

from __future__ import annotations

from extery.core.codes import Code

_GUARD = "or run it in older Blenders only: 'if bpy.app.version < ({tuple}):'"
_SINCE = "or run it in newer Blenders only: 'if bpy.app.version >= ({tuple}):'"
_MAXIMUM = 'or set blender_version_max = "{version}.0"'
_MINIMUM = 'or set blender_version_min = "{version}.0"'

CODES = {
    "compatibility.incompatible": Code(
        "warning", "a Blender of the range does not have a name of its API",
        "The extension is offered to every Blender between blender_version_min and blender_version_max, and fails there where it uses the name. Without a maximum, the newest known Blender counts.",
        message="{name} is gone since Blender {version}{more}",
        hint=f"do without it, {_GUARD}, {_MAXIMUM}",
        variants={
            "gone-replaced": ("", f"{{replacement}}; {_GUARD}, {_MAXIMUM}"),
            "never": ("", "do without it: no Blender with extensions has it"),
            "never-replaced": ("", "{replacement}"),
            "new": ("{name} is new in Blender {version}{more}", f"do without it, {_SINCE}, {_MINIMUM}"),
            "argument": ('{name} has no argument "{detail}" since Blender {version}{more}', f"leave the argument out, {_GUARD}, {_MAXIMUM}"),
            "argument-replaced": ('{name} has no argument "{detail}" since Blender {version}{more}', f"{{replacement}}; {_GUARD}"),
            "new-argument": ('{name} has the argument "{detail}" only since Blender {version}{more}', f"leave the argument out, {_SINCE}, {_MINIMUM}"),
            "value": ('{name} has no value "{detail}" since Blender {version}{more}', f"use another value, {_GUARD}, {_MAXIMUM}"),
            "value-replaced": ('{name} has no value "{detail}" since Blender {version}{more}', f"{{replacement}}; {_GUARD}"),
            "new-value": ('{name} has the value "{detail}" only since Blender {version}{more}', f"use another value, {_SINCE}, {_MINIMUM}"),
        },
        example={"name": "Action.fcurves", "version": "5.0", "tuple": "5, 0, 0", "more": "", "detail": "x", "replacement": "use the channel bag of the action's slot", "variant": "gone-replaced"},
    ),
    "compatibility.deprecated": Code(
        "warning", "Blender calls a name of its API deprecated",
        "It still works in the Blenders of the range, and is going to be removed.",
        message="{name} is deprecated{more}, and will be gone in Blender {version}: {replacement}",
        hint="change it before you support Blender {version}",
        example={"name": "Strip.frame_final_end", "version": "6.0", "more": "", "replacement": "Replaced by '.right_handle'."},
    ),
    "compatibility.experimental": Code(
        "warning", "a name of Blender's API is experimental or private",
        "Blender makes no promise about it: it can change or go in each release.",
        message="{name} is an experimental or private part of Blender{more}",
        hint="do without it, or check the extension with every new Blender",
        example={"name": "PreferencesExperimental.use_extensions_debug", "more": ""},
    ),
    "compatibility.too-many-files": Code(
        "error", "a folder has more Python files than are judged at once",
        "A folder without a manifest is read up to a limit, and what is behind it was not judged.",
        message="the folder has more than {limit:,} Python files; the others were not judged",
        hint="judge its folders one by one",
        example={"limit": 20_000},
    ),
}  # fmt: skip
