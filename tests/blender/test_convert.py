"""What `extery convert` makes of an old add-on works in the oldest and the newest Blender; the add-on itself would not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from extery.cli.app import extery
from tests.blender.client import Blender
from tests.blender.install import ENDS
from tests.blender.series import parameters

MAIN = """
bl_info = {"name": "Gears", "author": "Ada Smith", "version": (1, 4), "blender": (2, 80, 0), "category": "Mesh"}

import bpy
from gears import addon_updater_ops
from gears.ui import panel
import teeth


class GearsPreferences(bpy.types.AddonPreferences):
    bl_idname = "gears"
    size: bpy.props.IntProperty(default=12)


class GEARS_MT_menu(bpy.types.Menu):
    bl_label = "Gears"
    bl_options = {"REGISTER"}

    def draw(self, context):
        self.layout.operator("gears.add")


def register():
    addon_updater_ops.register(bl_info)
    bpy.utils.register_class(GearsPreferences)
    bpy.utils.register_class(GEARS_MT_menu)
    panel.register()
    assert bpy.context.preferences.addons[__name__].preferences.size == 12
    assert panel.size() == teeth.NUMBER
    assert bl_info["version"] == (1, 4)


def unregister():
    panel.unregister()
    bpy.utils.unregister_class(GEARS_MT_menu)
    bpy.utils.unregister_class(GearsPreferences)
    addon_updater_ops.unregister()
"""
PANEL = """
import bpy
import imp
from gears import teeth

imp.reload(teeth)


class GEARS_OT_add(bpy.types.Operator):
    bl_idname = "gears.add"
    bl_label = "Add"
    number = bpy.props.IntProperty(default=3)

    def execute(self, context):
        assert self.number == 3
        return {"FINISHED"}


def size():
    return bpy.context.preferences.addons["gears"].preferences.size


def register():
    bpy.utils.register_class(GEARS_OT_add)
    assert bpy.ops.gears.add() == {"FINISHED"}


def unregister():
    bpy.utils.unregister_class(GEARS_OT_add)
"""
FILES = {
    "__init__.py": MAIN,
    "ui/__init__.py": "",
    "ui/panel.py": PANEL,
    "teeth.py": "NUMBER = 12\n",
    "addon_updater.py": "class SingletonUpdater:\n    use_releases = True\n",
    "addon_updater_ops.py": "from .addon_updater import SingletonUpdater\n# addon_updater, updater_check_now, updater_update_now\n",
}


@pytest.mark.parametrize("blender_version", parameters(ENDS), indirect=True)
def test_real_blenders_enable_a_converted_add_on(
    blender: Blender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = Path("gears", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for arguments in (["convert", "gears", "out"], ["build", "out", "--output-dir", "dist"]):
        result = CliRunner().invoke(extery, arguments)
        assert result.exit_code == 0, result.output
    assert not list(Path("out").glob("addon_updater*"))
    blender.install_file(Path("dist", "gears-1.4.0.zip"))
    extension = blender.find("gears")
    assert (extension.installed, extension.enabled) == ("1.4.0", True)
    assert blender.is_loaded("gears")
    blender.disable("gears")
    blender.enable("gears")
    blender.remove("gears")
    assert blender.complaints() == []
