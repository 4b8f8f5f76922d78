# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered copies of a file, each with a note of what was done."""

from datetime import datetime
from pathlib import Path

import bpy
from bpy.props import StringProperty

FOLDER = "snapshots"


def shelf():
    """The folder of the snapshots, or None for a file that was never saved."""
    return Path(bpy.data.filepath).parent / FOLDER if bpy.data.filepath else None


def snapshots(folder):
    """The copies of this file, the newest first."""
    stem = Path(bpy.data.filepath).stem
    return sorted(folder.glob(f"{stem}-[0-9][0-9][0-9].blend"), reverse=True)


class TakeSnapshot(bpy.types.Operator):
    """Save a numbered copy beside the file; the file itself stays open"""

    bl_idname = "wm.snapshot_shelf_take"
    bl_label = "Take Snapshot"

    note: StringProperty(name="Note", description="What was done since the last one")

    @classmethod
    def poll(cls, _context):
        return bool(bpy.data.filepath)

    def invoke(self, context, _event):
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, _context):
        folder = shelf()
        folder.mkdir(exist_ok=True)
        taken = snapshots(folder)
        number = int(taken[0].stem.rpartition("-")[2]) + 1 if taken else 1
        target = folder / f"{Path(bpy.data.filepath).stem}-{number:03}.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(target), copy=True, compress=True)
        now = datetime.now().astimezone()
        with (folder / "notes.txt").open("a", encoding="utf-8") as notes:
            notes.write(f"{target.name}  {now:%Y-%m-%d %H:%M}  {self.note}\n")
        self.report({"INFO"}, f"Saved {target.name}")
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.operator(TakeSnapshot.bl_idname, icon="FILE_BACKUP")


def register():
    bpy.utils.register_class(TakeSnapshot)
    bpy.types.TOPBAR_MT_file.append(menu_entry)


def unregister():
    bpy.types.TOPBAR_MT_file.remove(menu_entry)
    bpy.utils.unregister_class(TakeSnapshot)
