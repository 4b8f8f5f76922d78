# SPDX-License-Identifier: GPL-3.0-or-later
"""Let one object after another follow the same motion a few frames later."""

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty

ORDERS = (
    ("NAME", "By Name", "In the order of the alphabet"),
    ("DISTANCE", "From the Active", "The nearest to the active object first"),
)


def curves_of(action):
    """The curves of an action, whichever layer, strip and slot they belong to."""
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


def shift(action, frames):
    """Move all keys with their handles."""
    for curve in curves_of(action):
        for key in curve.keyframe_points:
            key.co.x += frames
            key.handle_left.x += frames
            key.handle_right.x += frames
        curve.update()


def in_order(context, order):
    """Animated objects as the echo runs through them; the active one leads."""
    active = context.active_object
    animated = [
        item
        for item in context.selected_objects
        if item.animation_data and item.animation_data.action
    ]
    if order == "DISTANCE" and active is not None:
        here = active.matrix_world.translation
        return sorted(animated, key=lambda item: (item.matrix_world.translation - here).length)
    return sorted(animated, key=lambda item: (item != active, item.name))


class EchoKeys(bpy.types.Operator):
    """Delay the keys of each selected object a little more than those of the one before"""

    bl_idname = "object.pose_echo"
    bl_label = "Echo Keys"
    bl_options = {"REGISTER", "UNDO"}

    delay: FloatProperty(name="Delay", default=2.0, description="Frames from one to the next")
    order: EnumProperty(name="Order", items=ORDERS)
    single: BoolProperty(
        name="Own Actions",
        default=True,
        description="Give objects that share an action a copy each, else it would move twice",
    )

    @classmethod
    def poll(cls, context):
        return len(context.selected_objects) > 1

    def execute(self, context):
        objects = in_order(context, self.order)
        for index, item in enumerate(objects):
            data = item.animation_data
            if self.single and data.action.users > 1:
                data.action = data.action.copy()
            shift(data.action, index * self.delay)
        self.report({"INFO"}, f"The motion runs through {len(objects)} objects")
        return {"FINISHED"}


def menu_entry(self, _context):
    self.layout.separator()
    self.layout.operator(EchoKeys.bl_idname, icon="FORCE_WIND")


def register():
    bpy.utils.register_class(EchoKeys)
    bpy.types.VIEW3D_MT_object_animation.append(menu_entry)


def unregister():
    bpy.types.VIEW3D_MT_object_animation.remove(menu_entry)
    bpy.utils.unregister_class(EchoKeys)
