# SPDX-License-Identifier: GPL-3.0-or-later
"""A small set of compositor nodes for the last look of a picture: glow, fringe, vignette."""

import bpy
from bpy.props import FloatProperty

NAME = "Darkroom"


def build(tree, glow, fringe, vignette):
    new = tree.nodes.new
    picture, end = new("CompositorNodeRLayers"), new("CompositorNodeComposite")
    shine, lens = new("CompositorNodeGlare"), new("CompositorNodeLensdist")
    oval, soft = new("CompositorNodeEllipseMask"), new("CompositorNodeBlur")
    mix = new("CompositorNodeMixRGB")
    shine.glare_type, shine.mix = "FOG_GLOW", glow - 1.0
    lens.inputs["Dispersion"].default_value = fringe
    oval.mask_width, oval.mask_height = 1.0, 0.9
    soft.size_x = soft.size_y = 300
    mix.blend_type = "MULTIPLY"
    mix.inputs["Fac"].default_value = vignette
    for start, target in (
        (picture.outputs["Image"], shine.inputs["Image"]),
        (shine.outputs["Image"], lens.inputs["Image"]),
        (lens.outputs["Image"], mix.inputs[1]),
        (oval.outputs["Mask"], soft.inputs["Image"]),
        (soft.outputs["Image"], mix.inputs[2]),
        (mix.outputs["Image"], end.inputs["Image"]),
    ):
        tree.links.new(start, target)
    for index, node in enumerate((picture, shine, lens, oval, soft, mix, end)):
        node.location = (index * 260 - 800, 0)
        node.label = f"{NAME} {node.name}"


class SetUpDarkroom(bpy.types.Operator):
    """Build the compositor nodes in place of those that the scene has"""

    bl_idname = "scene.darkroom_set_up"
    bl_label = "Set Up Darkroom"
    bl_options = {"REGISTER", "UNDO"}

    glow: FloatProperty(name="Glow", default=0.3, min=0.0, max=1.0, subtype="FACTOR")
    fringe: FloatProperty(name="Colour Fringe", default=0.01, min=0.0, max=0.2)
    vignette: FloatProperty(name="Vignette", default=0.4, min=0.0, max=1.0, subtype="FACTOR")

    def execute(self, context):
        context.scene.use_nodes = True
        tree = context.scene.node_tree
        tree.nodes.clear()
        build(tree, self.glow, self.fringe, self.vignette)
        return {"FINISHED"}


class DarkroomPanel(bpy.types.Panel):
    bl_idname = "NODE_PT_darkroom"
    bl_label = "Darkroom"
    bl_space_type = "NODE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Darkroom"

    @classmethod
    def poll(cls, context):
        return context.space_data.tree_type == "CompositorNodeTree"

    def draw(self, _context):
        self.layout.operator(SetUpDarkroom.bl_idname, icon="NODE_COMPOSITING")


CLASSES = (SetUpDarkroom, DarkroomPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister():
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
