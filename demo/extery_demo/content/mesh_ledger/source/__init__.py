# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of what is wrong with a mesh, each line a click away from the place."""

import bmesh
import bpy
from bpy.props import CollectionProperty, EnumProperty, IntProperty, StringProperty

TINY = 1e-8


def loose_vertices(mesh):
    return [vertex for vertex in mesh.verts if not vertex.link_edges]


def wire_edges(mesh):
    return [edge for edge in mesh.edges if not edge.link_faces]


def open_edges(mesh):
    return [edge for edge in mesh.edges if edge.is_boundary]


def crowded_edges(mesh):
    return [edge for edge in mesh.edges if len(edge.link_faces) > 2]


def flipped_edges(mesh):
    return [edge for edge in mesh.edges if len(edge.link_faces) == 2 and not edge.is_contiguous]


def large_faces(mesh):
    return [face for face in mesh.faces if len(face.verts) > 4]


def flat_faces(mesh):
    return [face for face in mesh.faces if face.calc_area() < TINY]


CHECKS = {
    "LOOSE": ("Loose vertices", "VERT", loose_vertices),
    "WIRE": ("Edges without a face", "EDGE", wire_edges),
    "OPEN": ("Open borders", "EDGE", open_edges),
    "CROWDED": ("Edges with more than two faces", "EDGE", crowded_edges),
    "FLIPPED": ("Neighbours that face opposite ways", "EDGE", flipped_edges),
    "NGON": ("Faces with more than four corners", "FACE", large_faces),
    "FLAT": ("Faces without area", "FACE", flat_faces),
}
ITEMS = [(key, title, "") for key, (title, _, _) in CHECKS.items()]


class LedgerLine(bpy.types.PropertyGroup):
    key: StringProperty()
    count: IntProperty()


class CheckMesh(bpy.types.Operator):
    """Look through the active mesh and write down what was found"""

    bl_idname = "mesh.mesh_ledger_check"
    bl_label = "Check Mesh"

    @classmethod
    def poll(cls, context):
        return context.active_object is not None and context.active_object.type == "MESH"

    def execute(self, context):
        item = context.active_object
        if item.mode == "EDIT":
            mesh = bmesh.from_edit_mesh(item.data)
        else:
            mesh = bmesh.new()
            mesh.from_mesh(item.data)
        lines = context.window_manager.mesh_ledger
        lines.clear()
        for key, (_, _, check) in CHECKS.items():
            if found := check(mesh):
                line = lines.add()
                line.name, line.key, line.count = item.name, key, len(found)
        if item.mode != "EDIT":
            mesh.free()
        self.report({"INFO"}, f"{len(lines)} kinds of trouble" if lines else "The mesh is sound")
        return {"FINISHED"}


class ShowTrouble(bpy.types.Operator):
    """Go to edit mode and select the places"""

    bl_idname = "mesh.mesh_ledger_show"
    bl_label = "Show"
    bl_options = {"REGISTER", "UNDO"}

    check: EnumProperty(items=ITEMS)

    poll = CheckMesh.poll

    def execute(self, context):
        item = context.active_object
        if item.mode != "EDIT":
            bpy.ops.object.mode_set(mode="EDIT")
        _, kind, check = CHECKS[self.check]
        bpy.ops.mesh.select_mode(type=kind)
        bpy.ops.mesh.select_all(action="DESELECT")
        mesh = bmesh.from_edit_mesh(item.data)
        for element in check(mesh):
            element.select_set(True)
        bmesh.update_edit_mesh(item.data)
        return {"FINISHED"}


class LedgerPanel(bpy.types.Panel):
    bl_idname = "VIEW3D_PT_mesh_ledger"
    bl_label = "Mesh Ledger"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Tool"

    def draw(self, context):
        layout = self.layout
        layout.operator(CheckMesh.bl_idname, icon="VIEWZOOM")
        item = context.active_object
        for line in context.window_manager.mesh_ledger:
            if item is not None and line.name == item.name:
                row = layout.row()
                row.label(text=f"{line.count} × {CHECKS[line.key][0]}")
                show = row.operator(ShowTrouble.bl_idname, text="", icon="RESTRICT_SELECT_OFF")
                show.check = line.key


CLASSES = (LedgerLine, CheckMesh, ShowTrouble, LedgerPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.WindowManager.mesh_ledger = CollectionProperty(type=LedgerLine)


def unregister():
    del bpy.types.WindowManager.mesh_ledger
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
