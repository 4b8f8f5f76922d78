"""The code of an add-on with something of many kinds of an inventory."""

CODE = '''
import os
import subprocess

import bpy
import requests
from bpy_extras.io_utils import ImportHelper


class ImportGear(bpy.types.Operator, ImportHelper):
    """Read a gear"""
    bl_idname = "gear.import_psk"
    bl_label = "Gears from Studio"
    filename_ext = ".psk"

    def execute(self, context):
        requests.get("https://gears.example.org/list")
        subprocess.run(["ffmpeg", "-version"])
        open("/tmp/gears.txt", "w").write("gear")
        return {"FINISHED"}


class GearPanel(bpy.types.Panel):
    bl_idname = "VIEW3D_PT_gear"
    bl_label = "Cogwheel Settings"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Gears"

    def draw(self, context):
        pass


def draw_menu(self, context):
    self.layout.operator("gear.import_psk")


def register():
    bpy.utils.register_class(ImportGear)
    bpy.utils.register_class(GearPanel)
    bpy.types.TOPBAR_MT_file_import.append(draw_menu)
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="Object Mode")
    keymap.keymap_items.new("gear.import_psk", "Q", "PRESS", ctrl=True, shift=True)


def unregister():
    pass
'''
