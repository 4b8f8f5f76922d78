# SPDX-License-Identifier: GPL-3.0-or-later
"""Shot, take and artist, written into every frame of a preview."""

import bpy
from bpy.props import BoolProperty, IntProperty, PointerProperty, StringProperty

STAMPS = ("frame", "camera", "lens", "date")
ALL_STAMPS = (*STAMPS, "time", "render_time", "scene", "marker", "filename", "memory", "hostname")


def slate_text(settings):
    """What is written into the picture: ``sq020_sh010  take 3  Robin``."""
    parts = [settings.shot.strip(), f"take {settings.take}", settings.artist.strip()]
    return "  ".join(part for part in parts if part)


def apply_slate(scene):
    """Hand the slate over to Blender's own stamp."""
    settings, render = scene.shot_slate, scene.render
    render.use_stamp = settings.shown
    render.use_stamp_note = True
    render.stamp_note_text = slate_text(settings)
    for name in ALL_STAMPS:
        setattr(render, f"use_stamp_{name}", name in STAMPS)
    render.stamp_font_size = max(12, render.resolution_y * render.resolution_percentage // 4000)


def changed(_settings, context):
    apply_slate(context.scene)


class ShotSlateSettings(bpy.types.PropertyGroup):
    shown: BoolProperty(name="Show in Renders", update=changed)
    shot: StringProperty(name="Shot", default="sq010_sh010", update=changed)
    take: IntProperty(name="Take", default=1, min=1, update=changed)
    artist: StringProperty(name="Artist", update=changed)


class NextTake(bpy.types.Operator):
    """Count the take up and show the slate"""

    bl_idname = "render.shot_slate_next"
    bl_label = "Next Take"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context):
        settings = context.scene.shot_slate
        settings.take += 1
        settings.shown = True
        self.report({"INFO"}, slate_text(settings))
        return {"FINISHED"}


class ShotSlatePanel(bpy.types.Panel):
    bl_idname = "RENDER_PT_shot_slate"
    bl_label = "Shot Slate"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "output"

    def draw(self, context):
        layout, settings = self.layout, context.scene.shot_slate
        layout.use_property_split = True
        for name in ("shown", "shot", "take", "artist"):
            layout.prop(settings, name)
        layout.operator(NextTake.bl_idname, icon="SEQUENCE")


CLASSES = (ShotSlateSettings, NextTake, ShotSlatePanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.shot_slate = PointerProperty(type=ShotSlateSettings)


def unregister():
    del bpy.types.Scene.shot_slate
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
