# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes what nothing in the file uses any more."""

import bpy
from bpy.props import BoolProperty

# What holds other data comes before what it holds, so that one sweep is enough.
KINDS = ("objects", "meshes", "curves", "lights", "cameras", "materials", "images", "actions")


def unused(kind):
    """Everything of a kind that has no user."""
    found = []
    for item in getattr(bpy.data, kind):
        users = item.users - (1 if item.use_fake_user else 0)
        if users == 0 and item.library is None:
            found.append(item)
    return found


class SweepFile(bpy.types.Operator):
    """Remove unused data from the file"""

    bl_idname = "file.scene_sweeper_sweep"
    bl_label = "Sweep File"
    bl_options = {"REGISTER", "UNDO"}

    purge_objects: BoolProperty(name="Objects", default=True)

    def execute(self, _context):
        count = 0
        for kind in KINDS if self.purge_objects else KINDS[1:]:
            found = unused(kind)
            count += len(found)
            for item in found:
                getattr(bpy.data, kind).remove(item)
        self.report({"INFO"}, f"{count} unused things removed")
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.operator(SweepFile.bl_idname, icon="BRUSH_DATA")


def register():
    bpy.utils.register_class(SweepFile)
    bpy.types.TOPBAR_MT_file_cleanup.append(menu_entry)


def unregister():
    bpy.types.TOPBAR_MT_file_cleanup.remove(menu_entry)
    bpy.utils.unregister_class(SweepFile)
