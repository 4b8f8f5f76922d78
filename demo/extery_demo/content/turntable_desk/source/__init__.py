# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera that circles what is selected, in a loop without a jump at its end."""

import math

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty
from mathutils import Vector

NAME = "Turntable"


def bounds(objects):
    """Centre and radius of everything together, in the world."""
    corners = [item.matrix_world @ Vector(corner) for item in objects for corner in item.bound_box]
    low = Vector(min(corner[axis] for corner in corners) for axis in range(3))
    high = Vector(max(corner[axis] for corner in corners) for axis in range(3))
    return (low + high) / 2, max((high - low).length / 2, 0.01)


class SetUpTurntable(bpy.types.Operator):
    """Set a camera on a circle around the selected objects"""

    bl_idname = "object.turntable_desk_set_up"
    bl_label = "Turntable Camera"
    bl_options = {"REGISTER", "UNDO"}

    frames: IntProperty(name="Frames a Turn", default=120, min=2)
    angle: FloatProperty(name="Look Down", default=math.radians(20), subtype="ANGLE")
    lens: FloatProperty(name="Lens", default=50.0, min=5.0, max=300.0, unit="CAMERA")
    margin: FloatProperty(name="Margin", default=1.25, min=1.0, max=5.0)
    clockwise: BoolProperty(name="Clockwise")
    set_range: BoolProperty(name="Set Frame Range", default=True)

    @classmethod
    def poll(cls, context):
        return context.mode == "OBJECT" and bool(context.selected_objects)

    def execute(self, context):
        scene = context.scene
        centre, radius = bounds(context.selected_objects)
        hub = bpy.data.objects.new(NAME, None)
        hub.location, hub.empty_display_size = centre, radius
        data = bpy.data.cameras.new(NAME)
        data.lens = self.lens
        camera = bpy.data.objects.new(f"{NAME} Camera", data)
        for item in (hub, camera):
            scene.collection.objects.link(item)
        camera.parent = hub
        distance = radius * self.margin / math.sin(min(data.angle_x, data.angle_y) / 2)
        camera.location = (
            0.0,
            -distance * math.cos(self.angle),
            distance * math.sin(self.angle),
        )
        camera.rotation_euler = (math.pi / 2 - self.angle, 0.0, 0.0)
        data.clip_end = max(data.clip_end, distance + 4 * radius)
        self.animate(hub, scene)
        scene.camera = camera
        return {"FINISHED"}

    def animate(self, hub, scene):
        """Let a driver turn the hub: it runs on for ever and has no keys to get in the way."""
        sign = -1 if self.clockwise else 1
        driver = hub.driver_add("rotation_euler", 2).driver
        driver.type = "SCRIPTED"
        step = sign * math.tau / self.frames
        driver.expression = f"(frame - {scene.frame_start}) * {step:.9f}"
        if self.set_range:
            scene.frame_end = scene.frame_start + self.frames - 1


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.operator(SetUpTurntable.bl_idname, icon="CON_CAMERASOLVER")


def register():
    bpy.utils.register_class(SetUpTurntable)
    bpy.types.VIEW3D_MT_object.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_object.remove(menu_entry)
    bpy.utils.unregister_class(SetUpTurntable)
