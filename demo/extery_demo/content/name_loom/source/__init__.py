# SPDX-License-Identifier: GPL-3.0-or-later
"""Rename many objects by one pattern, and see the new names before they are given."""

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, PointerProperty, StringProperty

ORDERS = (
    ("NAME", "By Name", "Count along the alphabet"),
    ("X", "Along X", "Count from left to right"),
    ("Z", "Along Z", "Count from the ground up"),
)
SHOWN = 6


def in_order(objects, order):
    """The objects as they are counted; equal places fall back on the name."""
    if order == "NAME":
        return sorted(objects, key=lambda item: item.name)
    axis = "XYZ".index(order)
    return sorted(objects, key=lambda item: (item.matrix_world.translation[axis], item.name))


def woven(item, number, settings):
    """The name that the pattern gives to one object."""
    collection = item.users_collection[0].name if item.users_collection else "Scene"
    words = {
        "{name}": item.name.partition(".")[0],
        "{type}": item.type.lower(),
        "{collection}": collection,
        "{number}": str(number).zfill(settings.digits),
    }
    name = settings.pattern
    for word, value in words.items():
        name = name.replace(word, value)
    return name.replace(" ", "_") if settings.underscores else name


def plan(context):
    """Pairs of object and new name for everything that is selected."""
    settings = context.scene.name_loom
    objects = in_order(context.selected_objects, settings.order)
    return [
        (item, woven(item, number, settings))
        for number, item in enumerate(objects, start=settings.start)
    ]


class NameLoomSettings(bpy.types.PropertyGroup):
    pattern: StringProperty(
        name="Pattern",
        default="{collection}_{name}_{number}",
        description="Words in braces are filled in: {name} {type} {collection} {number}",
    )
    order: EnumProperty(name="Count", items=ORDERS)
    start: IntProperty(name="Start", default=1, min=0)
    digits: IntProperty(name="Digits", default=3, min=1, max=8)
    underscores: BoolProperty(name="Blanks to Underscores", default=True)
    data: BoolProperty(name="Rename Data Too", default=True)


class WeaveNames(bpy.types.Operator):
    """Give every selected object its new name"""

    bl_idname = "object.name_loom_weave"
    bl_label = "Weave Names"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context):
        return bool(context.selected_objects and context.scene.name_loom.pattern.strip())

    def execute(self, context):
        pairs = plan(context)
        # Two steps: a new name may still be the old name of another object.
        for item, _ in pairs:
            item.name = "name-loom"
        for item, name in pairs:
            item.name = name
            if context.scene.name_loom.data and item.data and item.data.users == 1:
                item.data.name = name
        self.report({"INFO"}, f"{len(pairs)} objects renamed")
        return {"FINISHED"}


class NameLoomPanel(bpy.types.Panel):
    bl_idname = "VIEW3D_PT_name_loom"
    bl_label = "Name Loom"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Item"

    def draw(self, context):
        layout = self.layout
        layout.use_property_split = True
        settings = context.scene.name_loom
        for name in ("pattern", "order", "start", "digits", "underscores", "data"):
            layout.prop(settings, name)
        pairs = plan(context)
        box = layout.box()
        for item, name in pairs[:SHOWN]:
            box.label(text=f"{item.name}  →  {name}")
        if len(pairs) > SHOWN:
            box.label(text=f"and {len(pairs) - SHOWN} more")
        elif not pairs:
            box.label(text="Select some objects")
        layout.operator(WeaveNames.bl_idname)


CLASSES = (NameLoomSettings, WeaveNames, NameLoomPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.name_loom = PointerProperty(type=NameLoomSettings)


def unregister():
    del bpy.types.Scene.name_loom
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
