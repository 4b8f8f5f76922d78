# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the folders of a project in the file manager of the system."""

import subprocess
from pathlib import Path

import bpy
import folder_door_system
from bpy.props import EnumProperty

DOORS = (
    ("FILE", "Blend File", "Where this file is saved"),
    ("RENDERS", "Renders", "Where pictures are written to"),
    ("TEXTURES", "Textures", "Where the first image of this file lies"),
)


def behind(door, context):
    """The folder behind a door, or None if there is none yet."""
    if door == "FILE":
        return Path(bpy.data.filepath).parent if bpy.data.filepath else None
    if door == "RENDERS":
        path = context.scene.render.filepath
        if path.startswith("//") and not bpy.data.filepath:
            return None
        folder = Path(bpy.path.abspath(path))
        return folder if folder.is_dir() else folder.parent
    for image in bpy.data.images:
        if image.filepath and not image.packed_file:
            return Path(bpy.path.abspath(image.filepath)).parent
    return None


class OpenDoor(bpy.types.Operator):
    """Open this folder in the file manager"""

    bl_idname = "wm.folder_door_open"
    bl_label = "Open Folder"

    door: EnumProperty(name="Folder", items=DOORS)

    @classmethod
    def description(cls, _context, properties):
        return next(text for key, _, text in DOORS if key == properties.door)

    def execute(self, context):
        folder = behind(self.door, context)
        if folder is None or not folder.is_dir():
            self.report({"WARNING"}, "There is no such folder yet")
            return {"CANCELLED"}
        command = folder_door_system.command(str(folder))
        try:
            # The file manager outlives the operator, nobody waits for it.
            subprocess.Popen(command)  # noqa: S603 (a fixed program and a folder)
        except OSError as error:
            self.report({"ERROR"}, f"{command[0]} cannot be started: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


class FolderDoorMenu(bpy.types.Menu):
    bl_idname = "TOPBAR_MT_folder_door"
    bl_label = "Open Folder"

    def draw(self, context):
        for key, title, _ in DOORS:
            row = self.layout.row()
            row.enabled = behind(key, context) is not None
            row.operator(OpenDoor.bl_idname, text=title, icon="FILE_FOLDER").door = key


CLASSES = (OpenDoor, FolderDoorMenu)


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.menu(FolderDoorMenu.bl_idname, icon="FILE_FOLDER")


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.TOPBAR_MT_file.append(menu_entry)


def unregister():
    bpy.types.TOPBAR_MT_file.remove(menu_entry)
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
