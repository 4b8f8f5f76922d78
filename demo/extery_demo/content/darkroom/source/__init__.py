# SPDX-License-Identifier: GPL-3.0-or-later
"""A small set of compositor nodes for the last look of a picture: glow, fringe, vignette."""

import bpy
from bpy.props import FloatProperty

NAME = "Darkroom"


def node(tree, kind, place, **values):
    """A new node with its inputs set by name, underscores standing for blanks."""
    made = tree.nodes.new(kind)
    made.location = place
    for name, value in values.items():
        made.inputs[name.replace("_", " ")].default_value = value
    return made


def colour_mix(tree, place):
    """A node that multiplies two colours, with its inputs and its result."""
    mix = node(tree, "ShaderNodeMix", place)
    mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
    colours = [socket for socket in mix.inputs if socket.type == "RGBA"]
    result = next(socket for socket in mix.outputs if socket.type == "RGBA")
    return mix, colours, result


def build(tree, glow, fringe, vignette):
    tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    picture = node(tree, "CompositorNodeRLayers", (-600, 200))
    shine = node(tree, "CompositorNodeGlare", (-300, 200), Type="Bloom", Strength=glow)
    lens = node(tree, "CompositorNodeLensdist", (0, 200), Dispersion=fringe)
    oval = node(tree, "CompositorNodeEllipseMask", (-300, -150), Size=(1.0, 0.9))
    soft = node(tree, "CompositorNodeBlur", (0, -150), Size=(300.0, 300.0), Extend_Bounds=False)
    mix, colours, result = colour_mix(tree, (300, 100))
    mix.inputs["Factor"].default_value = vignette
    end = node(tree, "NodeGroupOutput", (600, 100))
    for start, target in (
        (picture.outputs["Image"], shine.inputs["Image"]),
        (shine.outputs["Image"], lens.inputs["Image"]),
        (lens.outputs["Image"], colours[0]),
        (oval.outputs["Mask"], soft.inputs["Image"]),
        (soft.outputs["Image"], colours[1]),
        (result, end.inputs["Image"]),
    ):
        tree.links.new(start, target)


class SetUpDarkroom(bpy.types.Operator):
    """Build the compositor nodes; a tree that the scene has already is kept aside"""

    bl_idname = "scene.darkroom_set_up"
    bl_label = "Set Up Darkroom"
    bl_options = {"REGISTER", "UNDO"}

    glow: FloatProperty(name="Glow", default=0.3, min=0.0, max=1.0, subtype="FACTOR")
    fringe: FloatProperty(name="Colour Fringe", default=0.01, min=0.0, max=0.2)
    vignette: FloatProperty(name="Vignette", default=0.4, min=0.0, max=1.0, subtype="FACTOR")

    def execute(self, context):
        before = context.scene.compositing_node_group
        if before is not None:
            before.use_fake_user = True
        tree = bpy.data.node_groups.new(NAME, "CompositorNodeTree")
        build(tree, self.glow, self.fringe, self.vignette)
        context.scene.compositing_node_group = tree
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
