"""What `extery compat` says is true in real Blenders."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest

from extery.author.compat import judge_path
from extery.blender_api.table import load_api
from extery.compatibility.replacements import REPLACEMENTS
from extery.core.versions import BlenderSeries
from tests.blender.api_table import _WORKER, ask, make_text
from tests.blender.install import ENDS, installed

pytestmark = pytest.mark.blender
_WITNESS = Path(__file__).with_name("api_witness.py")

#: Names -> a statement that needs it, and one that does the same without it in the newest Blender ("" if there is none).
#: The first works in the oldest Blender (unless it is older still) and fails in the newest.
WITNESSES = {
    "Scene.node_tree": ("scene.node_tree", "scene.compositing_node_group"),
    "Action.fcurves": ("action.fcurves[0]", "bag(action, slot).fcurves[0]"),
    "Action.groups": ("action.groups", "bag(action, slot).groups"),
    "Action.id_root": ("action.id_root", "action.slots[0].target_id_type"),
    "Bone.select": ("bone.select", "pose_bone.select"),
    "RenderSettings.engine(BLENDER_EEVEE_NEXT)": (
        "scene.render.engine = 'BLENDER_EEVEE_NEXT'",
        "scene.render.engine = 'BLENDER_EEVEE'",
    ),
    "RenderSettings.use_bake_multires": (
        "scene.render.use_bake_multires",
        "scene.render.bake.use_multires",
    ),
    "RenderSettings.bake_type": ("scene.render.bake_type", "scene.render.bake.type"),
    "bgl": ("import bgl", "import gpu; gpu.state.blend_set"),
    "Object.grease_pencil_modifiers": ("obj.grease_pencil_modifiers", "obj.modifiers"),
    "Context.gpencil_data": ("context.gpencil_data", "context.grease_pencil"),
    "Context.sequences": ("context.sequences", "context.strips"),
    "Context.selected_sequences": ("context.selected_sequences", "context.selected_strips"),
    "Context.active_sequence_strip": ("context.active_sequence_strip", "context.active_strip"),
    "SequenceEditor.sequences": ("editor.sequences", "editor.strips"),
    "SequenceEditor.sequences_all": ("editor.sequences_all", "editor.strips_all"),
    "SceneEEVEE.use_ssr": ("scene.eevee.use_ssr", "scene.eevee.use_raytracing"),
    "SceneEEVEE.gtao_distance": ("scene.eevee.gtao_distance", "scene.eevee.fast_gi_distance"),
    "SceneEEVEE.use_bloom": ("scene.eevee.use_bloom", "bpy.types.CompositorNodeGlare"),
    "Material.shadow_method": (
        "material.shadow_method",
        "material.use_transparent_shadow; obj.visible_shadow",
    ),
    "Mesh.use_auto_smooth": ("mesh.use_auto_smooth", "mesh.set_sharp_from_angle(angle=0.5)"),
    "Mesh.auto_smooth_angle": ("mesh.auto_smooth_angle", "mesh.set_sharp_from_angle(angle=0.5)"),
    "Mesh.calc_normals": ("mesh.calc_normals()", "mesh.vertices[0].normal"),
    "Mesh.calc_normals_split": ("mesh.calc_normals_split()", "mesh.corner_normals[0].vector"),
    "Mesh.create_normals_split": ("mesh.create_normals_split()", ""),
    "Mesh.free_normals_split": ("mesh.free_normals_split()", ""),
    "MeshEdge.crease": ("mesh.edges[0].crease", "mesh.attributes.new('crease_edge', 'FLOAT', 'EDGE')"),
    "NodeTree.inputs": (
        "tree.inputs",
        "tree.interface.new_socket('x', in_out='INPUT', socket_type='NodeSocketFloat'); tree.interface.items_tree[0]",
    ),
    "NodeTree.outputs": ("tree.outputs", "tree.interface.new_socket('x', in_out='OUTPUT')"),
    "Bone.layers": ("bone.layers", "bone.collections"),
    "EditBone.layers": ("bpy.types.EditBone.bl_rna.properties['layers']", "bpy.types.EditBone.bl_rna.properties['collections']"),
    "Armature.layers": ("rig.data.layers", "rig.data.collections"),
    "Object.face_maps": ("obj.face_maps", "mesh.attributes.new('x', 'INT', 'FACE')"),
    "Light.distance": ("light.distance", ""),
    **{
        f"bpy.ops.{old}": (f"bpy.ops.{old}.get_rna_type()", f"bpy.ops.{new}.get_rna_type()")
        for old, new in (
            ("import_mesh.stl", "wm.stl_import"),
            ("export_mesh.stl", "wm.stl_export"),
            ("import_mesh.ply", "wm.ply_import"),
            ("export_mesh.ply", "wm.ply_export"),
            ("import_scene.obj", "wm.obj_import"),
            ("export_scene.obj", "wm.obj_export"),
        )
    },
}  # fmt: skip
#: Of the other kinds of findings: a new name, a new argument, an argument that is gone, a new value, deprecated.
OTHERS = {
    "new": ("bpy.data.annotations", ("AttributeError", "")),
    "argument": ("bpy.ops.screen.area_join(cursor=(0, 0))", ("", "TypeError")),
    "new-value": ("scene.render.engine = 'BLENDER_EEVEE'", ("TypeError", "")),
    "deprecated": ("bpy.context.scene.world = bpy.data.worlds.new('x'); scene.world.use_nodes", ("", "")),
}  # fmt: skip


@cache
def outcomes(series: str) -> dict[str, str]:
    """Return the exception of each statement in a Blender, run in one process."""
    statements = [one for pair in WITNESSES.values() for one in pair if one]
    statements += [statement for statement, _ in OTHERS.values()]
    done = subprocess.run(
        [installed(series).python, "-I", _WITNESS, json.dumps(statements)],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return dict(zip(statements, json.loads(done.stdout.splitlines()[-1]), strict=True))


def test_every_replacement_has_a_witness() -> None:
    assert set(WITNESSES) == set(REPLACEMENTS)


@pytest.mark.parametrize("name", WITNESSES)
def test_a_name_that_is_called_gone_fails_and_what_replaces_it_works(name: str) -> None:
    old, new = WITNESSES[name]
    oldest, newest = (outcomes(series) for series in ENDS)
    is_older = bool(load_api().removed_before(name))

    assert (oldest[old] == "") != is_older
    assert newest[old] in ("AttributeError", "KeyError", "TypeError", "ModuleNotFoundError")
    assert not new or newest[new] == ""


@pytest.mark.parametrize("kind", OTHERS)
def test_each_kind_of_finding_is_as_it_says(kind: str) -> None:
    statement, expected = OTHERS[kind]

    assert tuple(outcomes(series)[statement] for series in ENDS) == expected


@pytest.mark.parametrize("series", ENDS)
def test_what_blender_ships_has_no_finding_for_that_blender(series: str) -> None:
    major, minor = map(int, series.split("."))
    blender: BlenderSeries = (major, minor)
    judged = judge_path(installed(series).scripts / "addons_core", [blender])

    found = {one.name for one in judged.findings if one.kind == "incompatible"}
    # Blender 4.2's pose library asks for a property that went in 3.5: a true finding.
    assert found <= {"Object.pose_library"}
    assert judged.number > 100
    # Its syntax is newer than the Python of these tests.
    assert set(judged.unread) <= {"bl_pkg/__init__.py"}


@pytest.mark.parametrize("series", ENDS[-1:])
def test_the_table_is_that_of_the_blender(series: str) -> None:
    assert _WORKER.is_file()
    names = ask(installed(series).python)
    fresh = make_text({series: names}, {})
    api = load_api()
    bit = 1 << api.series.index((int(series[0]), int(series[2:])))

    assert "\nAction ID 1 " in fresh
    for type_, one in names["types"].items():
        found = api.type(type_)
        assert found is not None, type_
        assert found.mask & bit, type_
        missing = [
            name
            for name in one["members"]
            if name not in ("bl_rna", "rna_type")
            and not any(member.mask & bit for member in api.member(type_, name))
        ]
        assert missing == [], type_
