"""Inventories of the add-ons that Blender ships, beside what real Blenders register."""

from __future__ import annotations

import json
import subprocess

import pytest

from extery.inventory.kinds import KINDS
from tests.blender.install import ENDS, installed
from tests.blender.inventory_truth import Comparison, field_scores, scores
from tests.parts import require_part
from tests.sampled import TRIES_ALL

pytestmark = pytest.mark.blender

#: Two thirds of all lines; ``python -m tests.blender.inventory_truth`` compares them too.
_LARGE = ("cycles", "io_scene_gltf2", "rigify")
#: Registered by these add-ons in some settings or on some computers only, or a base that is not registered.
_NOT_HERE: dict[str, set[str] | None] = {
    "io_scene_gltf2": None,  # its preferences decide
    "cycles": {"CyclesPresetPanel"},
    "rigify": {"GenericUIListOperator"},
    "viewport_vr_preview": {"VIEW3D_PT_vr_info"},
}
#: What can be known of the names of each kind; the others are made at run time, by `type` or `exec`.
_RECALL = {"handlers": 0.5}


@pytest.mark.parametrize("series", ENDS)
def test_inventories_name_what_a_blender_registers(series: str) -> None:
    require_part(f"blender-{series}")
    comparison = Comparison(series, without=() if TRIES_ALL else _LARGE)

    found = scores(comparison)

    # A newer syntax than that of this Python: the inventory says so.
    unread = {name for name, one in comparison.inventories.items() if one.unread}
    for kind, score in found.items():
        score.missed.difference_update({name for name in score.missed if name[0] in unread})
        assert score.recall >= _RECALL.get(kind, 0.9), (kind, sorted(score.missed))
        for add_on, name, *_ in score.wrong:
            names = _NOT_HERE.get(add_on, set())
            assert names is None or name in names, (kind, add_on, name)
    # A field is as in Blender, or said to be computed.
    fields = field_scores(comparison)
    assert {name: score.wrong for name, score in fields.items() if score.wrong} == {}
    assert sum(score.equal for score in fields.values()) > 250


_WITNESS = """
import json, os, sys
import bpy
full = json.loads(sys.argv[1])
found = {}
for base, attributes in full.items():
    for missing in (None, *attributes):
        body = {name: (lambda self, context: None) if value == "function" else value
                for name, value in attributes.items() if name != missing}
        cls = type("GEARS_PT_x" if base == "Panel" else "GEARS_" + base, (getattr(bpy.types, base),), body)
        try:
            bpy.utils.register_class(cls)
        except RuntimeError:
            found.setdefault(base, []).append(missing)
        except TypeError:  # the function has not the right number of arguments: it was found
            pass
        except Exception as error:
            found.setdefault(base, []).append(missing)
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""
_COMPLETE = {
    "Operator": {"bl_idname": "gears.x", "bl_label": "x"},
    "Panel": {
        "bl_label": "x",
        "bl_space_type": "VIEW_3D",
        "bl_region_type": "UI",
        "draw": "function",
    },
    "Menu": {"bl_label": "x", "draw": "function"},
    "Header": {"bl_space_type": "VIEW_3D", "draw": "function"},
    "RenderEngine": {"bl_label": "x"},
    "AssetShelf": {"bl_space_type": "VIEW_3D"},
    "FileHandler": {"bl_label": "x", "bl_file_extensions": ".x"},
    "NodeTree": {"bl_label": "x", "bl_icon": "NODE"},
}


@pytest.mark.parametrize("series", ENDS)
def test_blender_refuses_a_class_without_what_is_called_required(series: str) -> None:
    require_part(f"blender-{series}")
    command = [installed(series).python, "-I", "-c", _WITNESS, json.dumps(_COMPLETE)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)

    refused = json.loads(done.stdout.splitlines()[-1])

    for base, names in refused.items():
        kind = next(kind for kind in KINDS if base in kind.bases)
        assert set(names) == set(kind.required), base
    assert set(refused) == set(_COMPLETE)
