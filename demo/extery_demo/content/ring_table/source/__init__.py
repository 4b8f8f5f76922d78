# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of an object around a circle: chairs round a table, columns round a temple."""

import math

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty
from mathutils import Matrix


class SetRing(bpy.types.Operator):
    """Put linked copies of the active object on a circle around the 3D cursor"""

    bl_idname = "object.ring_table_set"
    bl_label = "Ring Table"
    bl_options = {"REGISTER", "UNDO"}

    count: IntProperty(name="Seats", default=8, min=2, max=1000)
    arc: FloatProperty(name="Arc", default=math.tau, min=0.01, max=math.tau, subtype="ANGLE")
    facing: BoolProperty(name="Turn to the Middle", default=True)

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT" and context.active_object is not None

    def execute(self, context):
        first = context.active_object
        middle = Matrix.Translation(context.scene.cursor.location)
        whole = math.isclose(self.arc, math.tau, rel_tol=1e-5)
        step = self.arc / (self.count if whole else self.count - 1)
        for seat in range(1, self.count):
            turn = Matrix.Rotation(seat * step, 4, "Z")
            placed = middle @ turn @ middle.inverted() @ first.matrix_world
            copy = first.copy()
            for collection in first.users_collection:
                collection.objects.link(copy)
            if self.facing:
                copy.matrix_world = placed
            else:
                copy.matrix_world.translation = placed.translation
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.operator(SetRing.bl_idname, icon="MESH_CIRCLE")


def register():
    bpy.utils.register_class(SetRing)
    bpy.types.VIEW3D_MT_object.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_object.remove(menu_entry)
    bpy.utils.unregister_class(SetRing)
