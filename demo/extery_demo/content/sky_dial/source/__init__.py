# SPDX-License-Identifier: GPL-3.0-or-later
"""A sun that stands where it stands in the real sky at a place, a day and an hour."""

import math

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, PointerProperty
from mathutils import Vector

NAME = "Sky Dial Sun"
TILT = math.radians(23.44)


def sun_direction(latitude, day, hour):
    """The way to the sun, with X to the east, Y to the north and Z up. Hours are solar time."""
    declination = -TILT * math.cos(math.tau * (day + 10) / 365)
    angle = math.tau * (hour - 12) / 24
    east = -math.cos(declination) * math.sin(angle)
    north = math.cos(latitude) * math.sin(declination) - math.sin(latitude) * math.cos(
        declination
    ) * math.cos(angle)
    up = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(
        declination
    ) * math.cos(angle)
    return Vector((east, north, up)).normalized()


def colour_at(height):
    """White at noon, yellow and then red near the horizon."""
    share = min(max(height / math.radians(25), 0.0), 1.0)
    return (1.0, 0.42 + 0.55 * share, 0.16 + 0.76 * share)


def move_sun(scene):
    """Turn the sun, if there is one, to where the settings put it."""
    settings = scene.sky_dial
    sun = settings.sun
    if sun is None or sun.type != "LIGHT":
        return
    towards = sun_direction(settings.latitude, settings.day, settings.hour)
    towards.rotate(Vector((0, 1, 0)).rotation_difference(north_of(settings)))
    height = math.asin(towards.z)
    sun.rotation_euler = towards.to_track_quat("Z", "Y").to_euler()
    sun.data.energy = 5.0 * min(max(math.sin(height) * 3, 0.0), 1.0)
    if settings.tint:
        sun.data.color = colour_at(height)


def north_of(settings):
    return Vector((math.sin(settings.north), math.cos(settings.north), 0.0))


def changed(_settings, context):
    move_sun(context.scene)


class SkyDialSettings(bpy.types.PropertyGroup):
    sun: PointerProperty(name="Sun", type=bpy.types.Object, update=changed)
    latitude: FloatProperty(
        name="Latitude",
        default=math.radians(48),
        min=-math.pi / 2,
        max=math.pi / 2,
        subtype="ANGLE",
        update=changed,
    )
    day: IntProperty(name="Day of the Year", default=172, min=1, max=366, update=changed)
    hour: FloatProperty(name="Hour", default=10.0, min=0.0, max=24.0, step=25, update=changed)
    north: FloatProperty(name="North", default=0.0, subtype="ANGLE", update=changed)
    tint: BoolProperty(name="Colour of the Hour", default=True, update=changed)


class AddSun(bpy.types.Operator):
    """Add a sun that follows the dial"""

    bl_idname = "scene.sky_dial_add_sun"
    bl_label = "Add Sun"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        data = bpy.data.lights.new(NAME, "SUN")
        data.angle = math.radians(0.53)
        sun = bpy.data.objects.new(NAME, data)
        context.scene.collection.objects.link(sun)
        context.scene.sky_dial.sun = sun
        return {"FINISHED"}


class SkyDialPanel(bpy.types.Panel):
    bl_idname = "WORLD_PT_sky_dial"
    bl_label = "Sky Dial"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "world"

    def draw(self, context):
        layout, settings = self.layout, context.scene.sky_dial
        layout.use_property_split = True
        if settings.sun is None:
            layout.operator(AddSun.bl_idname, icon="LIGHT_SUN")
        for name in ("sun", "latitude", "day", "hour", "north", "tint"):
            layout.prop(settings, name)


CLASSES = (SkyDialSettings, AddSun, SkyDialPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.sky_dial = PointerProperty(type=SkyDialSettings)


def unregister():
    del bpy.types.Scene.sky_dial
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
