# SPDX-License-Identifier: GPL-3.0-or-later
"""Measured lines between objects that stay in the scene and can be rendered."""

from itertools import pairwise

import bpy
from bpy.props import BoolProperty, FloatProperty
from mathutils import Vector

COLLECTION = "Chalk Lines"


def length_text(scene, length):
    """A length in the units of the scene."""
    units = scene.unit_settings
    return bpy.utils.units.to_string(
        units.system, "LENGTH", length * units.scale_length, precision=3, split_unit=False
    )


def pairs(context):
    """The active object with each other selected one; without it, neighbours along the list."""
    objects = sorted(context.selected_objects, key=lambda item: item.name)
    active = context.active_object
    if active in objects:
        return [(active, other) for other in objects if other != active]
    return list(pairwise(objects))


def chalk_collection(scene):
    found = bpy.data.collections.get(COLLECTION)
    if found is None:
        found = bpy.data.collections.new(COLLECTION)
    if found.name not in scene.collection.children:
        scene.collection.children.link(found)
    return found


class DrawChalkLines(bpy.types.Operator):
    """Draw a line with its length from the active object to the other selected ones"""

    bl_idname = "object.tape_and_chalk_draw"
    bl_label = "Chalk Lines"
    bl_options = {"REGISTER", "UNDO"}

    thickness: FloatProperty(name="Thickness", default=0.01, min=0.0, unit="LENGTH")
    text_size: FloatProperty(name="Text", default=0.2, min=0.001, unit="LENGTH")
    in_front: BoolProperty(name="In Front", default=True)

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT" and len(context.selected_objects) > 1

    def execute(self, context):
        target = chalk_collection(context.scene)
        for one, other in pairs(context):
            start, end = one.matrix_world.translation, other.matrix_world.translation
            line = self.line(start, end)
            label = self.label(context.scene, start, end)
            for item in (line, label):
                item.show_in_front = self.in_front
                target.objects.link(item)
            label.parent = line
            label.matrix_parent_inverse = line.matrix_world.inverted()
        return {"FINISHED"}

    def line(self, start, end):
        curve = bpy.data.curves.new("Chalk Line", "CURVE")
        curve.dimensions, curve.bevel_depth = "3D", self.thickness
        spline = curve.splines.new("POLY")
        spline.points.add(1)
        for point, place in zip(spline.points, (start, end), strict=True):
            point.co = (*place, 1.0)
        return bpy.data.objects.new("Chalk Line", curve)

    def label(self, scene, start, end):
        text = bpy.data.curves.new("Chalk Length", "FONT")
        text.body = length_text(scene, (end - start).length)
        text.size, text.align_x = self.text_size, "CENTER"
        label = bpy.data.objects.new(f"Length {text.body}", text)
        label.location = (start + end) / 2 + Vector((0.0, 0.0, self.text_size * 0.3))
        label.rotation_euler = (1.5708, 0.0, 0.0)
        return label


class TapePanel(bpy.types.Panel):
    bl_idname = "VIEW3D_PT_tape_and_chalk"
    bl_label = "Tape and Chalk"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "View"

    def draw(self, context):
        layout = self.layout
        for one, other in pairs(context)[:12]:
            length = (other.matrix_world.translation - one.matrix_world.translation).length
            row = layout.row()
            row.label(text=f"{one.name} – {other.name}")
            row.label(text=length_text(context.scene, length))
        layout.operator(DrawChalkLines.bl_idname, icon="DRIVER_DISTANCE")


CLASSES = (DrawChalkLines, TapePanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister():
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
