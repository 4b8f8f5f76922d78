# SPDX-License-Identifier: GPL-3.0-or-later
"""Rope laid along a curve, from as many strands as it should have."""

import math
from itertools import pairwise

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty
from mathutils import Quaternion


def path_of(item, depsgraph):
    """The points of the first line of a curve, in the world; None if it has none."""
    evaluated = item.evaluated_get(depsgraph)
    mesh = evaluated.to_mesh()
    follow = {}
    for edge in mesh.edges:
        follow.setdefault(edge.vertices[0], []).append(edge.vertices[1])
        follow.setdefault(edge.vertices[1], []).append(edge.vertices[0])
    ends = [vertex for vertex, others in follow.items() if len(others) == 1]
    start = ends[0] if ends else next(iter(follow), None)
    order, before, here = [], None, start
    while here is not None and (not order or here != start):
        order.append(here)
        before, here = here, next((other for other in follow[here] if other != before), None)
    points = [item.matrix_world @ mesh.vertices[index].co for index in order]
    evaluated.to_mesh_clear()
    return points if len(points) > 1 else None


def resampled(points, step):
    """Points at even distances along a line, the last one included."""
    found, left = [points[0].copy()], step
    for start, end in pairwise(points):
        length, done = (end - start).length, 0.0
        while length - done >= left > 0:
            done += left
            found.append(start.lerp(end, done / length))
            left = step
        left -= length - done
    if (found[-1] - points[-1]).length > step * 0.25:
        found.append(points[-1].copy())
    return found


def strand(points, radius, phase, twist):
    """One strand: a screw line around the path, carried along without sudden turns."""
    normal = (points[1] - points[0]).orthogonal().normalized()
    tangent, distance, found = (points[1] - points[0]).normalized(), 0.0, []
    for index, point in enumerate(points):
        if index:
            step = point - points[index - 1]
            distance += step.length
            normal.rotate(tangent.rotation_difference(step))
            tangent = step.normalized()
        turn = Quaternion(tangent, phase + distance * twist)
        found.append(point + turn @ normal * radius)
    return found


class LayRope(bpy.types.Operator):
    """Lay a rope along the active curve"""

    bl_idname = "curve.cordage_lay"
    bl_label = "Lay Rope"
    bl_options = {"REGISTER", "UNDO"}

    strands: IntProperty(name="Strands", default=3, min=2, max=12)
    radius: FloatProperty(name="Radius", default=0.04, min=0.0005, unit="LENGTH")
    turns: FloatProperty(name="Turns a Metre", default=4.0, min=-50.0, max=50.0)
    detail: IntProperty(name="Points a Turn", default=16, min=4, max=64)
    hide: BoolProperty(name="Hide Path from Renders", default=True)

    @classmethod
    def poll(cls, context):
        return context.active_object is not None and context.active_object.type == "CURVE"

    def execute(self, context):
        source = context.active_object
        points = path_of(source, context.evaluated_depsgraph_get())
        if points is None:
            self.report({"WARNING"}, "The curve has no length, or a thickness of its own")
            return {"CANCELLED"}
        points = resampled(points, 1.0 / (max(abs(self.turns), 0.25) * self.detail))
        curve = bpy.data.curves.new(f"Rope {source.name}", "CURVE")
        curve.dimensions, curve.use_fill_caps = "3D", True
        curve.bevel_depth = self.radius * math.sin(math.pi / self.strands) * 1.05
        offset = self.radius - curve.bevel_depth / 2
        for number in range(self.strands):
            phase = math.tau * number / self.strands
            line = strand(points, offset, phase, math.tau * self.turns)
            spline = curve.splines.new("POLY")
            spline.points.add(len(line) - 1)
            spline.points.foreach_set("co", [part for place in line for part in (*place, 1.0)])
        rope = bpy.data.objects.new(curve.name, curve)
        context.collection.objects.link(rope)
        source.hide_render = self.hide
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.operator(LayRope.bl_idname, icon="FORCE_VORTEX")


def register():
    bpy.utils.register_class(LayRope)
    bpy.types.VIEW3D_MT_curve_add.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_curve_add.remove(menu_entry)
    bpy.utils.unregister_class(LayRope)
