# SPDX-License-Identifier: GPL-3.0-or-later
"""Straight and winding stairs, built to measure and ready to be changed."""

import math

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty
from bpy_extras.object_utils import AddObjectHelper, object_data_add

FORMS = (
    ("STRAIGHT", "Straight", "One flight that runs straight ahead"),
    ("WINDING", "Winding", "Steps that turn around a pole"),
)
# The corners of one step go round its top first and then round its underside.
FACES = ((0, 1, 2, 3), (7, 6, 5, 4), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0))


def step_outline(index, stairs):
    """The four corners of a step as seen from above."""
    if stairs.form == "STRAIGHT":
        near, far, half = index * stairs.run, (index + 1) * stairs.run, stairs.width / 2
        return [(-half, near), (half, near), (half, far), (-half, far)]
    turn = stairs.turn / stairs.steps
    corners = []
    for radius, angle in (
        (stairs.pole, index * turn),
        (stairs.pole + stairs.width, index * turn),
        (stairs.pole + stairs.width, (index + 1) * turn),
        (stairs.pole, (index + 1) * turn),
    ):
        corners.append((radius * math.cos(angle), radius * math.sin(angle)))
    return corners


def staircase(stairs):
    """Vertices and faces of all steps."""
    vertices, faces = [], []
    for index in range(stairs.steps):
        top = (index + 1) * stairs.rise
        bottom = 0.0 if stairs.closed else top - stairs.thickness
        outline = step_outline(index, stairs)
        start = len(vertices)
        vertices += [(x, y, top) for x, y in outline] + [(x, y, bottom) for x, y in outline]
        faces += [tuple(start + corner for corner in face) for face in FACES]
    return vertices, faces


class AddStaircase(bpy.types.Operator, AddObjectHelper):
    """Add a staircase made of separate, tidy steps"""

    bl_idname = "mesh.stair_smith_add"
    bl_label = "Staircase"
    bl_options = {"REGISTER", "UNDO"}

    form: EnumProperty(name="Form", items=FORMS)
    steps: IntProperty(name="Steps", default=14, min=1, max=500)
    rise: FloatProperty(name="Rise", default=0.175, min=0.01, unit="LENGTH")
    run: FloatProperty(name="Run", default=0.28, min=0.01, unit="LENGTH")
    width: FloatProperty(name="Width", default=0.9, min=0.05, unit="LENGTH")
    thickness: FloatProperty(name="Thickness", default=0.05, min=0.001, unit="LENGTH")
    turn: FloatProperty(name="Turn", default=math.tau * 0.75, subtype="ANGLE")
    pole: FloatProperty(name="Pole Radius", default=0.12, min=0.0, unit="LENGTH")
    closed: BoolProperty(name="Closed Below", description="Fill the room under every step")

    def draw(self, _context):
        layout = self.layout
        layout.use_property_split = True
        for name in ("form", "steps", "rise", "width"):
            layout.prop(self, name)
        for name in ("turn", "pole") if self.form == "WINDING" else ("run",):
            layout.prop(self, name)
        layout.prop(self, "closed")
        if not self.closed:
            layout.prop(self, "thickness")
        layout.label(text=f"Height: {self.steps * self.rise:.3f} m")

    def execute(self, context):
        mesh = bpy.data.meshes.new("Staircase")
        vertices, faces = staircase(self)
        mesh.from_pydata(vertices, [], faces)
        mesh.validate()
        object_data_add(context, mesh, operator=self)
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.operator(AddStaircase.bl_idname, icon="ALIGN_BOTTOM")


def register():
    bpy.utils.register_class(AddStaircase)
    bpy.types.VIEW3D_MT_mesh_add.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_mesh_add.remove(menu_entry)
    bpy.utils.unregister_class(AddStaircase)
