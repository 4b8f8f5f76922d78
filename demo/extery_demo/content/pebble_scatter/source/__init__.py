# SPDX-License-Identifier: GPL-3.0-or-later
"""Stones strewn over a surface by geometry nodes, to be changed at any time."""

import math

import bpy
from bpy.props import FloatProperty, IntProperty

GROUP = "Pebble Scatter"
# Name, type of socket, value at first.
INPUTS = (
    ("Density", "NodeSocketFloat", 8.0),
    ("Size", "NodeSocketFloat", 0.08),
    ("Flatness", "NodeSocketFloat", 0.55),
    ("Seed", "NodeSocketInt", 0),
)


def add_sockets(group):
    socket = group.interface.new_socket
    socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    for name, kind, value in INPUTS:
        item = socket(name, in_out="INPUT", socket_type=kind)
        item.default_value = value
        if kind == "NodeSocketFloat":
            item.min_value = 0.0
    socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")


def random_vector(group, low, high, seed):
    """A node that gives every stone its own vector."""
    node = group.nodes.new("FunctionNodeRandomValue")
    node.data_type = "FLOAT_VECTOR"
    vectors = [item for item in node.inputs if item.type == "VECTOR"]
    vectors[0].default_value, vectors[1].default_value = low, high
    group.links.new(seed, node.inputs["Seed"])
    return next(item for item in node.outputs if item.type == "VECTOR")


def build_group():
    """Points on the faces, a rounded stone on each, and the ground beneath them."""
    group = bpy.data.node_groups.new(GROUP, "GeometryNodeTree")
    add_sockets(group)
    new, link = group.nodes.new, group.links.new
    given, result = new("NodeGroupInput"), new("NodeGroupOutput")
    points = new("GeometryNodeDistributePointsOnFaces")
    stone = new("GeometryNodeMeshIcoSphere")
    stone.inputs["Subdivisions"].default_value = 2
    shape = new("ShaderNodeCombineXYZ")
    shape.inputs["X"].default_value = shape.inputs["Y"].default_value = 1.0
    flat = new("GeometryNodeTransform")
    place = new("GeometryNodeInstanceOnPoints")
    join = new("GeometryNodeJoinGeometry")
    turn = random_vector(group, (-0.3, -0.3, 0.0), (0.3, 0.3, math.tau), given.outputs["Seed"])
    grow = random_vector(group, (0.4, 0.4, 0.4), (1.0, 1.3, 1.0), given.outputs["Seed"])
    for start, end in (
        (given.outputs["Geometry"], points.inputs["Mesh"]),
        (given.outputs["Density"], points.inputs["Density"]),
        (given.outputs["Seed"], points.inputs["Seed"]),
        (given.outputs["Size"], stone.inputs["Radius"]),
        (given.outputs["Flatness"], shape.inputs["Z"]),
        (stone.outputs["Mesh"], flat.inputs["Geometry"]),
        (shape.outputs["Vector"], flat.inputs["Scale"]),
        (points.outputs["Points"], place.inputs["Points"]),
        (flat.outputs["Geometry"], place.inputs["Instance"]),
        (turn, place.inputs["Rotation"]),
        (grow, place.inputs["Scale"]),
        (place.outputs["Instances"], join.inputs["Geometry"]),
        (given.outputs["Geometry"], join.inputs["Geometry"]),
        (join.outputs["Geometry"], result.inputs["Geometry"]),
    ):
        link(start, end)
    for index, node in enumerate(group.nodes):
        node.location = (index % 4 * 220, -(index // 4) * 260)
    return group


def set_input(modifier, identifier, value):
    """Set an input of the node group on a modifier."""
    if hasattr(modifier, "properties"):  # since Blender 5.2
        getattr(modifier.properties.inputs, identifier).value = value
    else:
        modifier[identifier] = value


class ScatterPebbles(bpy.types.Operator):
    """Strew stones over the active object"""

    bl_idname = "object.pebble_scatter_add"
    bl_label = "Pebble Scatter"
    bl_options = {"REGISTER", "UNDO"}

    density: FloatProperty(
        name="Density", default=8.0, min=0.0, description="Stones a square metre"
    )
    size: FloatProperty(name="Size", default=0.08, min=0.001, unit="LENGTH")
    flatness: FloatProperty(name="Flatness", default=0.55, min=0.05, max=1.0, subtype="FACTOR")
    seed: IntProperty(name="Seed")

    @classmethod
    def poll(cls, context):
        return context.active_object is not None and context.active_object.type == "MESH"

    def execute(self, context):
        group = bpy.data.node_groups.get(GROUP) or build_group()
        modifier = context.active_object.modifiers.new(GROUP, "NODES")
        modifier.node_group = group
        values = (self.density, self.size, self.flatness, self.seed)
        for (name, _, _), value in zip(INPUTS, values, strict=True):
            set_input(modifier, group.interface.items_tree[name].identifier, value)
        context.active_object.update_tag()
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.operator(ScatterPebbles.bl_idname, icon="STICKY_UVS_LOC")


def register():
    bpy.utils.register_class(ScatterPebbles)
    bpy.types.VIEW3D_MT_object_quick_effects.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_object_quick_effects.remove(menu_entry)
    bpy.utils.unregister_class(ScatterPebbles)
