# SPDX-License-Identifier: GPL-3.0-or-later
"""Materials from a list of colours that was copied anywhere else."""

import re

import bpy
from bpy.props import BoolProperty, FloatProperty, StringProperty

COLOUR = re.compile(r"#?\b([0-9a-fA-F]{6})\b")


def colours_in(text):
    """Every six-digit colour in a text, each once, in order."""
    return list(dict.fromkeys(found.lower() for found in COLOUR.findall(text)))


def linear(digits):
    """A colour as Blender calculates with it, from the digits that screens use."""
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def swatch(digits, roughness):
    """The material of a colour; it is made anew only if there is none of that name."""
    name = f"Swatch {digits}"
    material = bpy.data.materials.get(name)
    if material is None:
        material = bpy.data.materials.new(name)
    if material.node_tree is None:
        material.use_nodes = True
    colour = (*linear(digits), 1.0)
    for node in material.node_tree.nodes:
        if node.type == "BSDF_PRINCIPLED":
            node.inputs["Base Color"].default_value = colour
            node.inputs["Roughness"].default_value = roughness
    material.diffuse_color, material.roughness = colour, roughness
    return material


class PasteSwatches(bpy.types.Operator):
    """Make a material of every colour in the copied text, such as #1d3557"""

    bl_idname = "material.swatch_bench_paste"
    bl_label = "Paste Swatches"
    bl_options = {"REGISTER", "UNDO"}

    text: StringProperty(name="Colours", description="Empty: what was copied last")
    roughness: FloatProperty(name="Roughness", default=0.5, min=0.0, max=1.0, subtype="FACTOR")
    assign: BoolProperty(
        name="Give to Selected", description="Give the selected objects the swatches in turn"
    )

    def invoke(self, context, _event):
        self.text = context.window_manager.clipboard
        return self.execute(context)

    def execute(self, context):
        colours = colours_in(self.text or context.window_manager.clipboard)
        if not colours:
            self.report({"WARNING"}, "The copied text has no colour such as #1d3557")
            return {"CANCELLED"}
        materials = [swatch(digits, self.roughness) for digits in colours]
        if self.assign:
            for index, item in enumerate(context.selected_objects):
                if hasattr(item.data, "materials"):
                    item.active_material = materials[index % len(materials)]
        self.report({"INFO"}, f"{len(materials)} swatches are ready")
        return {"FINISHED"}


class SwatchBenchPanel(bpy.types.Panel):
    bl_idname = "MATERIAL_PT_swatch_bench"
    bl_label = "Swatch Bench"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "material"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context):
        self.layout.operator(PasteSwatches.bl_idname, icon="PASTEDOWN")


CLASSES = (PasteSwatches, SwatchBenchPanel)


def register():
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister():
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
