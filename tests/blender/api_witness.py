"""Runs statements in Blender and prints which fail: started by `tests.blender.test_compatibility` in Blender's Python.

The argument is a JSON list of statements; the output is a list with ``""`` or the name of the exception for each.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    import bpy

    results = []
    for statement in json.loads(sys.argv[1]):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        names = things(bpy)
        try:
            exec(statement, names)
        except Exception as error:
            results.append(type(error).__name__)
        else:
            results.append("")
    sys.stdout.write("\n" + json.dumps(results) + "\n")
    sys.stdout.flush()
    os._exit(0)  # an ordinary end can crash


def things(bpy):
    """Return the variables that statements use."""
    mesh = bpy.data.meshes.new("mesh")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    scene = bpy.context.scene
    obj = bpy.data.objects.new("object", mesh)
    scene.collection.objects.link(obj)
    armature = bpy.data.armatures.new("armature")
    rig = bpy.data.objects.new("rig", armature)
    scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    armature.edit_bones.new("bone").tail = (0, 0, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    obj.animation_data_create()
    action = bpy.data.actions.new("action")
    obj.animation_data.action = action
    obj.keyframe_insert("location")
    from bpy_extras import anim_utils

    return {
        "bpy": bpy,
        "bag": getattr(anim_utils, "action_get_channelbag_for_slot", None),
        "slot": getattr(obj.animation_data, "action_slot", None),
        "scene": scene,
        "mesh": mesh,
        "obj": obj,
        "rig": rig,
        "bone": armature.bones[0],
        "pose_bone": rig.pose.bones[0],
        "action": action,
        "tree": bpy.data.node_groups.new("tree", "GeometryNodeTree"),
        "light": bpy.data.lights.new("light", "POINT"),
        "material": bpy.data.materials.new("material"),
        "context": bpy.context,
        "editor": scene.sequence_editor_create(),
    }


if __name__ == "__main__":
    main()
