# SPDX-License-Identifier: GPL-3.0-or-later
"""Panel layouts for comic pages, drawn in Grease Pencil and ready to be inked."""

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty
from mathutils import Vector

# Each row is a height and the widths of its panels; both are shares of what is there.
LAYOUTS = {
    "CLASSIC": ("Three Rows", ((1, (1, 1)), (1, (1, 1)), (1, (1, 1)))),
    "SPLASH": ("Large Top", ((2, (1,)), (1, (1, 1, 1)))),
    "CHASE": ("Wide Strips", ((1, (1,)), (1, (1,)), (1, (1,)), (1, (1,)))),
    "TALK": ("Conversation", ((1, (2, 1)), (1, (1, 2)), (1, (2, 1)))),
}
ITEMS = [(key, title, "") for key, (title, _) in LAYOUTS.items()]


def shares(room, parts, gutter):
    """Start and length of each part, with gutters between them."""
    free = room - gutter * (len(parts) - 1)
    start, found = 0.0, []
    for part in parts:
        length = free * part / sum(parts)
        found.append((start, length))
        start += length + gutter
    return found


def frames(layout, width, height, gutter):
    """The corners of all panels, in reading order, with the middle of the page at the origin."""
    rows = LAYOUTS[layout][1]
    for (top, tall), (_, widths) in zip(
        shares(height, [row[0] for row in rows], gutter), rows, strict=True
    ):
        for left, wide in shares(width, widths, gutter):
            x, z = left - width / 2, height / 2 - top
            yield [(x, z), (x + wide, z), (x + wide, z - tall), (x, z - tall)]


def ink_material():
    material = bpy.data.materials.get("Gutter Ink")
    if material is None:
        material = bpy.data.materials.new("Gutter Ink")
        bpy.data.materials.create_gpencil_data(material)
        material.grease_pencil.color = (0.02, 0.02, 0.03, 1.0)
    return material


class AddComicPage(bpy.types.Operator):
    """Add a page with panel borders on one layer and room for ink on another"""

    bl_idname = "object.comic_gutters_add"
    bl_label = "Comic Page"
    bl_options = {"REGISTER", "UNDO"}

    layout: EnumProperty(name="Layout", items=ITEMS)
    width: FloatProperty(name="Width", default=1.9, min=0.1, unit="LENGTH")
    height: FloatProperty(name="Height", default=2.7, min=0.1, unit="LENGTH")
    gutter: FloatProperty(name="Gutter", default=0.08, min=0.0, unit="LENGTH")
    line: FloatProperty(name="Line", default=0.008, min=0.001, unit="LENGTH")
    title: StringProperty(name="Name", default="Page")

    def execute(self, context):
        data = bpy.data.grease_pencils.new(self.title)
        data.materials.append(ink_material())
        borders = data.layers.new("Borders")
        data.layers.new("Ink")
        drawing = borders.frames.new(context.scene.frame_current).drawing
        for corners in frames(self.layout, self.width, self.height, self.gutter):
            drawing.add_strokes([4])
            stroke = drawing.strokes[len(drawing.strokes) - 1]
            stroke.cyclic = True
            for point, (x, z) in zip(stroke.points, corners, strict=True):
                point.position, point.radius = Vector((x, 0.0, z)), self.line
        page = bpy.data.objects.new(self.title, data)
        page.location = context.scene.cursor.location
        context.collection.objects.link(page)
        context.view_layer.objects.active = page
        page.select_set(True)
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.operator(AddComicPage.bl_idname, icon="MESH_GRID")


def register():
    bpy.utils.register_class(AddComicPage)
    bpy.types.VIEW3D_MT_grease_pencil_add.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_grease_pencil_add.remove(menu_entry)
    bpy.utils.unregister_class(AddComicPage)
