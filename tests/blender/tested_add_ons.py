"""Add-ons for `extery test`: one that leaves everything behind, one that leaves nothing, and hostile ones."""

from __future__ import annotations

from pathlib import Path

from tests.samples.packages import ADD_ON, packed

#: A line of `LEAKY` that leaves something -> the kind and the name of what stays behind.
LEAKS = {
    "class LEAKY_OT_walk(bpy.types.Operator):": ("classes", "LEAKY_OT_walk"),
    "class LEAKY_PG_size(bpy.types.PropertyGroup):": ("classes", "LEAKY_PG_size"),
    "bpy.types.Scene.leaky = bpy.props.PointerProperty(type=LEAKY_PG_size)": (
        "properties",
        "Scene.leaky",
    ),
    "def draw_entry(self, context):": ("menu entries", "VIEW3D_MT_object: gear_tool.draw_entry"),
    "def on_load(_):": ("handlers", "load_post: gear_tool.on_load"),
    "bpy.app.timers.register(on_timer, persistent=True)": ("timers", "gear_tool.on_timer"),
    'bpy.types.SpaceView3D.draw_handler_add(on_draw, (), "WINDOW", "POST_PIXEL")': (
        "draw handlers",
        "SpaceView3D: gear_tool.on_draw",
    ),
    'bpy.msgbus.subscribe_rna(key=(bpy.types.Object, "name"), owner=owner, args=(), notify=on_draw)': (
        "message-bus subscriptions",
        "gear_tool.on_draw",
    ),
    'bl_idname = "leaky.walk"': ("key map items", "Object Mode: leaky.walk"),
    "icons = bpy.utils.previews.new()": ("previews", "preview collection"),
    'threading.Thread(target=wait, name="leaky", daemon=True).start()': ("threads", "leaky"),
    'subprocess.Popen(["sleep", "300"])': ("processes", "sleep"),
    'sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))': (
        "import paths",
        "gear_tool/lib",
    ),
    "import leaky_library": ("modules", "leaky_library"),
    "class Finder:": ("import hooks", "Finder"),
    'os.environ["LEAKY"] = "1"': ("environment variables", "LEAKY"),
    "os.chdir(tempfile.gettempdir())": ("working folder", "the folder temp"),
    "sys.excepthook = lambda *_: None": ("Python hooks", "sys.excepthook"),
    "builtins.leaky = print": ("replaced functions", "builtins.leaky"),
    'open(os.path.expanduser("~/leaky.log"), "w").close()': ("files", "home/leaky.log"),
    'open(os.path.join(os.path.dirname(__file__), "cache.json"), "w").close()': (
        "files",
        "extension folder/cache.json",
    ),
    'bpy.app.driver_namespace["leaky"] = on_timer': ("driver functions", "leaky"),
    'nodeitems_utils.register_node_categories("LEAKY_NODES", [])': (
        "node categories",
        "LEAKY_NODES",
    ),
    "logging.getLogger().addHandler(logging.NullHandler())": ("log handlers", "NullHandler"),
    "def manual():": ("manual pages", "gear_tool.manual"),
    "bpy.context.preferences.filepaths.script_directories.new()": ("preferences", "script folder"),
}

LEAKY = """
import builtins
import logging
import os
import subprocess
import sys
import tempfile
import threading

import bpy
import bpy.utils.previews
import nodeitems_utils


class LEAKY_OT_walk(bpy.types.Operator):
    bl_idname = "leaky.walk"
    bl_label = "Walk"


class LEAKY_PG_size(bpy.types.PropertyGroup):
    size: bpy.props.FloatProperty()


def draw_entry(self, context):
    self.layout.operator("leaky.walk")


def on_load(_):
    pass


def on_timer():
    return 1.0


def on_draw():
    pass


def wait():
    threading.Event().wait()


def manual():
    return "https://example.org", ()


class Finder:
    def find_spec(self, *_):
        return None


owner = object()


def register():
    bpy.utils.register_class(LEAKY_OT_walk)
    bpy.utils.register_class(LEAKY_PG_size)
    bpy.types.Scene.leaky = bpy.props.PointerProperty(type=LEAKY_PG_size)
    bpy.types.VIEW3D_MT_object.append(draw_entry)
    bpy.app.handlers.load_post.append(on_load)
    bpy.app.timers.register(on_timer, persistent=True)
    bpy.types.SpaceView3D.draw_handler_add(on_draw, (), "WINDOW", "POST_PIXEL")
    bpy.msgbus.subscribe_rna(key=(bpy.types.Object, "name"), owner=owner, args=(), notify=on_draw)
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="Object Mode")
    keymap.keymap_items.new("leaky.walk", "W", "PRESS")
    global icons
    icons = bpy.utils.previews.new()
    threading.Thread(target=wait, name="leaky", daemon=True).start()
    subprocess.Popen(["sleep", "300"])
    sys.path.append(os.path.join(os.path.dirname(__file__), "lib"))
    import leaky_library

    sys.meta_path.append(Finder())
    os.environ["LEAKY"] = "1"
    os.chdir(tempfile.gettempdir())
    sys.excepthook = lambda *_: None
    builtins.leaky = print
    open(os.path.expanduser("~/leaky.log"), "w").close()
    open(os.path.join(os.path.dirname(__file__), "cache.json"), "w").close()
    bpy.app.driver_namespace["leaky"] = on_timer
    nodeitems_utils.register_node_categories("LEAKY_NODES", [])
    logging.getLogger().addHandler(logging.NullHandler())
    bpy.utils.register_manual_map(manual)
    bpy.context.preferences.filepaths.script_directories.new()


def unregister():
    pass
"""

CLEAN = """
import bpy
from bpy.utils import previews

from . import teeth


class CLEAN_OT_walk(bpy.types.Operator):
    bl_idname = "clean.walk"
    bl_label = "Walk"

    def execute(self, context):
        self.report({"INFO"}, str(teeth.count(12)))
        return {"FINISHED"}


class CleanPreferences(bpy.types.AddonPreferences):
    bl_idname = __package__
    size: bpy.props.FloatProperty(default=2.0)


class CLEAN_PG_size(bpy.types.PropertyGroup):
    size: bpy.props.FloatProperty()


def draw_entry(self, context):
    self.layout.operator("clean.walk")


def on_timer():
    return 1.0


def on_load(_):
    pass


_register, _unregister = bpy.utils.register_classes_factory(
    (CLEAN_OT_walk, CleanPreferences, CLEAN_PG_size)
)
keys = []


def register():
    global icons, handle
    _register()
    bpy.types.Scene.clean = bpy.props.PointerProperty(type=CLEAN_PG_size)
    bpy.types.VIEW3D_MT_object.append(draw_entry)
    bpy.app.handlers.load_post.append(on_load)
    bpy.app.timers.register(on_timer)
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="Object Mode")
    keys.append((keymap, keymap.keymap_items.new("clean.walk", "W", "PRESS")))
    icons = previews.new()
    handle = bpy.types.SpaceView3D.draw_handler_add(on_timer, (), "WINDOW", "POST_PIXEL")
    bpy.msgbus.subscribe_rna(key=(bpy.types.Object, "name"), owner=keys, args=(), notify=on_timer)


def unregister():
    bpy.msgbus.clear_by_owner(keys)
    bpy.types.SpaceView3D.draw_handler_remove(handle, "WINDOW")
    previews.remove(icons)
    for keymap, item in keys:
        keymap.keymap_items.remove(item)
    keys.clear()
    bpy.app.timers.unregister(on_timer)
    bpy.app.handlers.load_post.remove(on_load)
    bpy.types.VIEW3D_MT_object.remove(draw_entry)
    del bpy.types.Scene.clean
    _unregister()
"""

TEETH = """
def count(number):
    if number < 0:
        raise ValueError(number)
    return number * 2
"""

TESTS = """
import bpy
import pytest

import gear_tool
from gear_tool.teeth import count
from bl_ext.user_default.gear_tool import teeth


def test_the_installed_extension_is_imported(addon, twelve):
    assert addon is gear_tool
    assert teeth.count is count
    assert gear_tool.__name__ == "bl_ext.user_default.gear_tool"
    assert bpy.ops.clean.walk() == {"FINISHED"}


def test_fails(twelve):
    assert count(twelve) == 25


@pytest.mark.skip(reason="later")
def test_skipped():
    pass


def test_with_error(missing_fixture):
    pass
"""

CONFTEST = """
import pytest


@pytest.fixture
def twelve():
    return 12
"""


def write_leaky(path: Path) -> Path:
    """Write the package of the leaky add-on."""
    library = ("lib/leaky_library.py", b"x = 1\n")
    return write_add_on(path, LEAKY, library)


def write_add_on(path: Path, code: str, *more: tuple[str, bytes]) -> Path:
    """Write a package with this code as ``__init__.py``."""
    path.write_bytes(
        packed(("blender_manifest.toml", ADD_ON), ("__init__.py", code.encode()), *more)
    )
    return path


def write_project(folder: Path) -> Path:
    """Write the source folder of the clean add-on, with tests."""
    (folder / "tests").mkdir(parents=True)
    for name, text in (
        ("blender_manifest.toml", ADD_ON.decode()),
        ("__init__.py", CLEAN),
        ("teeth.py", TEETH),
        ("tests/conftest.py", CONFTEST),
        ("tests/test_gears.py", TESTS),
    ):
        (folder / name).write_text(text)
    return folder
