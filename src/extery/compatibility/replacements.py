"""What to use instead of names that are gone: the ones that authors meet most.

Each row was tried in the Blenders before and after the change (`tests.blender.test_compatibility`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_CHANNEL_BAG = "use the channel bag of a slot: bpy_extras.anim_utils.action_get_channelbag_for_slot(action, slot)"
_COLLECTIONS = "use bone collections"
_NORMALS = "leave it out: normals are always up to date"
_SOCKETS = "use tree.interface: new_socket(NAME, in_out=, socket_type=) and items_tree"
_LEAVE_OUT = "leave it out: it has no effect any more"

#: ``Type.member`` or ``module.name``, with an argument or a value in parentheses -> what to do.
REPLACEMENTS: Mapping[str, str] = {
    "Scene.node_tree": "use Scene.compositing_node_group",
    "Action.fcurves": _CHANNEL_BAG,
    "Action.groups": _CHANNEL_BAG,
    "Action.id_root": "use target_id_type of a slot in Action.slots",
    "Bone.select": "use PoseBone.select",
    "RenderSettings.engine(BLENDER_EEVEE_NEXT)": "write 'BLENDER_EEVEE'",
    "RenderSettings.use_bake_multires": "use RenderSettings.bake.use_multires",
    "RenderSettings.bake_type": "use RenderSettings.bake.type",
    "bgl": "use the module gpu, for example gpu.state",
    "Object.grease_pencil_modifiers": "use Object.modifiers",
    "Context.gpencil_data": "use context.grease_pencil",
    "Context.sequences": "use context.strips",
    "Context.selected_sequences": "use context.selected_strips",
    "Context.active_sequence_strip": "use context.active_strip",
    "SequenceEditor.sequences": "use SequenceEditor.strips",
    "SequenceEditor.sequences_all": "use SequenceEditor.strips_all",
    "SceneEEVEE.use_ssr": "use SceneEEVEE.use_raytracing",
    "SceneEEVEE.gtao_distance": "use SceneEEVEE.fast_gi_distance",
    "SceneEEVEE.use_bloom": "use the node Glare in the compositor",
    "Material.shadow_method": "use Material.use_transparent_shadow or Object.visible_shadow",
    "Mesh.use_auto_smooth": "call Mesh.set_sharp_from_angle(angle=)",
    "Mesh.auto_smooth_angle": "call Mesh.set_sharp_from_angle(angle=)",
    "Mesh.calc_normals": _NORMALS,
    "Mesh.calc_normals_split": "leave it out, and read Mesh.corner_normals",
    "Mesh.create_normals_split": _NORMALS,
    "Mesh.free_normals_split": _NORMALS,
    "MeshEdge.crease": "use the attribute 'crease_edge' of Mesh.attributes",
    "NodeTree.inputs": _SOCKETS,
    "NodeTree.outputs": _SOCKETS,
    "Bone.layers": f"{_COLLECTIONS}: Bone.collections",
    "EditBone.layers": f"{_COLLECTIONS}: EditBone.collections",
    "Armature.layers": f"{_COLLECTIONS}: Armature.collections",
    "Object.face_maps": "use an attribute of the domain FACE in Mesh.attributes",
    "Light.distance": _LEAVE_OUT,
    "bpy.ops.import_mesh.stl": "use bpy.ops.wm.stl_import",
    "bpy.ops.export_mesh.stl": "use bpy.ops.wm.stl_export",
    "bpy.ops.import_mesh.ply": "use bpy.ops.wm.ply_import",
    "bpy.ops.export_mesh.ply": "use bpy.ops.wm.ply_export",
    "bpy.ops.import_scene.obj": "use bpy.ops.wm.obj_import",
    "bpy.ops.export_scene.obj": "use bpy.ops.wm.obj_export",
}

#: Shaders that `gpu.shader.from_builtin` had until Blender 3.6. Source: the names in the program of Blender 4.2.
REMOVED_SHADERS: Mapping[str, str] = {
    f"{dimension}_{name}": name
    for dimension in ("2D", "3D")
    for name in ("UNIFORM_COLOR", "FLAT_COLOR", "SMOOTH_COLOR", "IMAGE")
} | {
    f"3D_POLYLINE_{name}": f"POLYLINE_{name}"
    for name in ("UNIFORM_COLOR", "FLAT_COLOR", "SMOOTH_COLOR")
}
SHADERS_REMOVED_IN = "4.0"


def replacement_of(owners: Iterable[str], label: str) -> str:
    """Return what replaces a name, written as in `REPLACEMENTS`; empty if that is not known."""
    member = label.rpartition(".")[2]
    for name in (label, *(f"{owner}.{member}" for owner in owners)):
        if name in REPLACEMENTS:
            return REPLACEMENTS[name]
    return ""


#: Operators of files that Blender 4.1 removed -> those that do the same with a ``filepath``.
SAME_OPERATORS: Mapping[str, str] = {
    name: text.removeprefix("use ")
    for name, text in REPLACEMENTS.items()
    if name.startswith("bpy.ops.") and text.startswith("use bpy.ops.")
}

#: Menus of nodes until Blender 3.3, which `nodeitems_builtins` made -> those that Blender 4.2 to 5.3 have.
SAME_MENUS: Mapping[str, str] = {
    f"NODE_MT_category_SH_NEW_{old}": f"NODE_MT_category_shader_{new}"
    for old, new in (
        *(("INPUT", "input"), ("OUTPUT", "output"), ("SHADER", "shader"), ("TEXTURE", "texture")),
        *(("OP_COLOR", "color"), ("OP_VECTOR", "vector")),
    )
}
