# SPDX-License-Identifier: GPL-3.0-or-later
"""One small render from every camera of the scene, named after the camera."""

import re
from contextlib import contextmanager
from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, PointerProperty, StringProperty


def cameras_of(scene):
    """The cameras that take part: all that are not hidden from renders, by name."""
    cameras = [item for item in scene.objects if item.type == "CAMERA" and not item.hide_render]
    return sorted(cameras, key=lambda camera: camera.name)


def file_name(camera, frame):
    """A name that every file system takes."""
    safe = re.sub(r"[^\w.-]+", "_", camera.name).strip("._") or "camera"
    return f"{safe}_{frame:04}.png"


@contextmanager
def kept(owner, *names):
    """Put these values back at the end, whatever happens."""
    before = [(name, getattr(owner, name)) for name in names]
    try:
        yield
    finally:
        for name, value in before:
            setattr(owner, name, value)


@contextmanager
def png_pictures(image):
    """Write PNG for a while; a scene that is set to a movie has to be told first that it is not."""
    names = ("media_type", "file_format") if hasattr(image, "media_type") else ("file_format",)
    with kept(image, *names):
        if len(names) > 1:
            image.media_type = "IMAGE"
        image.file_format = "PNG"
        yield


class ContactPrintsSettings(bpy.types.PropertyGroup):
    folder: StringProperty(name="Folder", default="//contact_prints", subtype="DIR_PATH")
    size: IntProperty(name="Size", default=25, min=1, max=100, subtype="PERCENTAGE")
    keep_old: BoolProperty(name="Keep Old Prints", description="Skip cameras that have a print")


class MakePrints(bpy.types.Operator):
    """Render the current frame from every camera"""

    bl_idname = "render.contact_prints_make"
    bl_label = "Make Prints"

    @classmethod
    def poll(cls, context):
        return bool(cameras_of(context.scene))

    def execute(self, context):
        scene, settings = context.scene, context.scene.contact_prints
        folder = Path(bpy.path.abspath(settings.folder))
        if settings.folder.startswith("//") and not bpy.data.filepath:
            self.report({"ERROR"}, "Save the file first, or choose a folder")
            return {"CANCELLED"}
        folder.mkdir(parents=True, exist_ok=True)
        render = scene.render
        made = 0
        with kept(scene, "camera"), kept(render, "filepath", "resolution_percentage"):
            render.resolution_percentage = settings.size
            for camera in cameras_of(scene):
                target = folder / file_name(camera, scene.frame_current)
                if settings.keep_old and target.exists():
                    continue
                scene.camera, render.filepath = camera, str(target)
                with png_pictures(render.image_settings):
                    bpy.ops.render.render(write_still=True)
                made += 1
        self.report({"INFO"}, f"{made} prints in {folder}")
        return {"FINISHED"}


class ContactPrintsPanel(bpy.types.Panel):
    bl_idname = "RENDER_PT_contact_prints"
    bl_label = "Contact Prints"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "output"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        for name in ("folder", "size", "keep_old"):
            layout.prop(context.scene.contact_prints, name)
        layout.label(text=f"{len(cameras_of(context.scene))} cameras", icon="CAMERA_DATA")
        layout.operator(MakePrints.bl_idname, icon="RENDER_STILL")


CLASSES = (ContactPrintsSettings, MakePrints, ContactPrintsPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.contact_prints = PointerProperty(type=ContactPrintsSettings)


def unregister():
    del bpy.types.Scene.contact_prints
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
