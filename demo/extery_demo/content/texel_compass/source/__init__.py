# SPDX-License-Identifier: GPL-3.0-or-later
"""How many pixels of texture a metre of surface gets, face by face."""

import math

import bpy
from bpy.props import FloatProperty, IntProperty, PointerProperty

ATTRIBUTE = "texel_density"


def uv_area(corners):
    """Area of a polygon on the UV map, whichever way round it goes."""
    total = 0.0
    for index, (x, y) in enumerate(corners):
        next_x, next_y = corners[(index + 1) % len(corners)]
        total += x * next_y - next_x * y
    return abs(total) / 2


def densities(mesh, texture_size, scale):
    """Pixels a metre for every face; 0 where a face has no size."""
    uv = mesh.uv_layers.active.uv
    found = []
    for face in mesh.polygons:
        corners = [tuple(uv[loop].vector) for loop in face.loop_indices]
        surface = face.area * scale**2
        share = uv_area(corners) / surface if surface > 1e-12 else 0.0
        found.append(math.sqrt(share) * texture_size)
    return found


class TexelCompassSettings(bpy.types.PropertyGroup):
    texture_size: IntProperty(name="Texture", default=2048, min=1, subtype="PIXEL")
    wanted: FloatProperty(name="Wanted", default=512.0, min=0.001, description="Pixels a metre")
    tolerance: FloatProperty(name="Tolerance", default=25.0, min=0.0, subtype="PERCENTAGE")
    lowest: FloatProperty(name="Lowest")
    highest: FloatProperty(name="Highest")
    off: IntProperty(name="Faces Off")


class MeasureTexels(bpy.types.Operator):
    """Measure the active mesh, store the result as an attribute and select what is off"""

    bl_idname = "mesh.texel_compass_measure"
    bl_label = "Measure Texels"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        item = context.active_object
        return (
            context.mode == "OBJECT"
            and item is not None
            and item.type == "MESH"
            and bool(item.data.polygons)
            and item.data.uv_layers.active is not None
        )

    def execute(self, context):
        settings, item = context.scene.texel_compass, context.active_object
        mesh = item.data
        scale = abs(item.matrix_world.determinant()) ** (1 / 3)
        found = densities(mesh, settings.texture_size, scale)
        attribute = mesh.attributes.get(ATTRIBUTE)
        if attribute is None:
            attribute = mesh.attributes.new(ATTRIBUTE, "FLOAT", "FACE")
        attribute.data.foreach_set("value", found)
        reach = settings.wanted * settings.tolerance / 100
        off = [abs(value - settings.wanted) > reach for value in found]
        mesh.vertices.foreach_set("select", [False] * len(mesh.vertices))
        mesh.edges.foreach_set("select", [False] * len(mesh.edges))
        mesh.polygons.foreach_set("select", off)
        mesh.update()
        settings.lowest, settings.highest, settings.off = min(found), max(found), sum(off)
        self.report({"INFO"}, f"{min(found):.0f} to {max(found):.0f} px/m, {sum(off)} faces off")
        return {"FINISHED"}


class TexelCompassPanel(bpy.types.Panel):
    bl_idname = "VIEW3D_PT_texel_compass"
    bl_label = "Texel Compass"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tool"

    def draw(self, context):
        layout, settings = self.layout, context.scene.texel_compass
        layout.use_property_split = True
        for name in ("texture_size", "wanted", "tolerance"):
            layout.prop(settings, name)
        layout.operator(MeasureTexels.bl_idname, icon="UV")
        if settings.highest > 0:
            box = layout.box()
            box.label(text=f"{settings.lowest:.0f} to {settings.highest:.0f} px/m")
            box.label(text=f"{settings.off} faces off")


CLASSES = (TexelCompassSettings, MeasureTexels, TexelCompassPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.texel_compass = PointerProperty(type=TexelCompassSettings)


def unregister():
    del bpy.types.Scene.texel_compass
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
