"""The table of registered names is that of real Blenders."""

from __future__ import annotations

import subprocess

import pytest

from extery.rules.registered_names import NATIVE, registered_names
from tests.blender.install import ENDS, installed
from tests.blender.registered_names import owner_of, run_worker
from tests.parts import require_part

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("series", ENDS)
def test_the_table_has_the_names_that_a_blender_registers(series: str) -> None:
    require_part(f"blender-{series}")
    names = run_worker(series)
    of_add_ons = {(kind, name): owner for kind, name, owner in names.pop("add-ons")}

    for kind in (kind for kind in names if kind[0].isupper()):
        table = {
            (name, one.owner)
            for name, found in registered_names(kind).items()
            for one in found
            if series in one.series
        }
        expected = {
            (name, of_add_ons.get((kind, name)) or owner_of(kind, name, names))
            for name in names[kind]
        }
        expected |= {(name, owner) for (other, name), owner in of_add_ons.items() if other == kind}
        assert table == expected, "run: python -m tests.blender.registered_names"


WITNESS = """
import bpy, os, sys
class A(bpy.types.Operator):
    bl_idname = "object.align"
    bl_label = "Mine"
bpy.utils.register_class(A)
print(bpy.ops.object.align.get_rna_type().name)
bpy.utils.unregister_class(A)
print(hasattr(bpy.types, "OBJECT_OT_align"))
class B(bpy.types.Operator):
    bl_idname = "object.delete"
    bl_label = "Mine"
try:
    bpy.utils.register_class(B)
except RuntimeError:
    print("refused")
sys.stdout.flush()
os._exit(0)
"""


@pytest.mark.parametrize("series", ENDS)
def test_a_class_replaces_an_operator_of_a_script_and_not_one_in_c(series: str) -> None:
    require_part(f"blender-{series}")

    done = subprocess.run(
        [installed(series).python, "-I", "-c", WITNESS],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert "Mine\nFalse\nrefused\n" in done.stdout
    assert [one.owner for one in registered_names("Operator")["object.align"]] == [""]
    assert [one.owner for one in registered_names("Operator")["object.delete"]] == [NATIVE]
