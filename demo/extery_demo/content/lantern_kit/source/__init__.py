# SPDX-License-Identifier: GPL-3.0-or-later
"""Three lights around a subject, each in its place and in a sensible proportion."""

import math

import bpy
from bpy.props import BoolProperty, FloatProperty
from mathutils import Color, Matrix, Vector

# Name, angle around the subject, height in radii, size in radii.
LIGHTS = (("Key", 40.0, 1.6, 0.8), ("Fill", -55.0, 0.6, 1.6), ("Rim", 165.0, 2.0, 0.5))
WARM, COOL = Color((1.0, 0.72, 0.48)), Color((0.55, 0.74, 1.0))


def subject_of(item):
    """Centre and radius of an object in the world."""
    corners = [item.matrix_world @ Vector(corner) for corner in item.bound_box]
    centre = sum(corners, Vector()) / len(corners)
    return centre, max(max((corner - centre).length for corner in corners), 0.1)


def tinted(towards, amount):
    """White, mixed with a tint."""
    return [1.0 + (part - 1.0) * amount for part in towards]


class HangLanterns(bpy.types.Operator):
    """Hang a key, a fill and a rim light around the active object"""

    bl_idname = "object.lantern_kit_hang"
    bl_label = "Lantern Kit"
    bl_options = {"REGISTER", "UNDO"}

    strength: FloatProperty(
        name="Strength", default=60.0, min=0.0, description="Watts at one metre from the subject"
    )
    ratio: FloatProperty(
        name="Key to Fill", default=4.0, min=1.0, max=32.0, description="Contrast of the two"
    )
    rim: FloatProperty(name="Rim", default=1.5, min=0.0, max=10.0)
    tint: FloatProperty(name="Warm and Cool", default=0.5, min=0.0, max=1.0, subtype="FACTOR")
    facing: FloatProperty(name="Facing", default=math.radians(-90), subtype="ANGLE")
    distance: FloatProperty(name="Distance", default=3.0, min=1.2, max=20.0)
    shade: BoolProperty(name="Contact Shade", description="Darken corners and creases in Eevee")

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT" and context.active_object is not None

    def execute(self, context):
        subject = context.active_object
        centre, radius = subject_of(subject)
        kit = bpy.data.collections.new(f"Lanterns {subject.name}")
        context.scene.collection.children.link(kit)
        for name, angle, height, size in LIGHTS:
            data = bpy.data.lights.new(f"{name} Lantern", "AREA")
            data.size = radius * size
            data.energy = self.power(name) * (radius * self.distance) ** 2
            data.color = tinted(*self.colour(name))
            light = bpy.data.objects.new(data.name, data)
            kit.objects.link(light)
            reach = Vector((radius * self.distance, 0.0, radius * height))
            place = centre + Matrix.Rotation(self.facing + math.radians(angle), 3, "Z") @ reach
            light.location = place
            light.rotation_euler = (centre - place).to_track_quat("-Z", "Y").to_euler()
        if self.shade:
            context.scene.eevee.use_gtao = True
            context.scene.eevee.gtao_distance = radius / 2
        return {"FINISHED"}

    def power(self, name):
        if name == "Fill":
            return self.strength / self.ratio
        return self.strength * (self.rim if name == "Rim" else 1.0)

    def colour(self, name):
        return (WARM, self.tint) if name == "Key" else (COOL, self.tint * 0.6)


def menu_entry(self, _context):
    self.layout.operator(HangLanterns.bl_idname, icon="LIGHT_AREA")


def register():
    bpy.utils.register_class(HangLanterns)
    bpy.types.VIEW3D_MT_light_add.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_light_add.remove(menu_entry)
    bpy.utils.unregister_class(HangLanterns)
