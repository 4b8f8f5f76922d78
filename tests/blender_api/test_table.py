"""The table of Blender's names: what it says, its size, and how it is read."""

from __future__ import annotations

import pytest

from extery.blender_api.table import DATA_FILE, BlenderApi, load_api
from extery.core.versions import BLENDER_SERIES

MAX_BYTES = 150_000


def blenders_with(type_: str, name: str) -> list[str]:
    api = load_api()
    mask = 0
    for member in api.member(type_, name):
        mask |= member.mask
    return [f"{a}.{b}" for bit, (a, b) in enumerate(api.series) if mask >> bit & 1]


def test_the_table_has_all_blenders_and_is_small() -> None:
    assert load_api().series == BLENDER_SERIES
    assert DATA_FILE.stat().st_size <= MAX_BYTES


@pytest.mark.parametrize(
    ("type_", "name", "first", "last"),
    [
        ("Scene", "node_tree", "4.2", "4.5"),
        ("Scene", "compositing_node_group", "5.0", "5.3"),
        ("Action", "fcurves", "4.2", "4.5"),
        ("Action", "slots", "4.4", "5.3"),
        ("Bone", "select", "4.2", "4.5"),
        ("PoseBone", "select", "5.0", "5.3"),
        ("Object", "name", "4.2", "5.3"),  # of its base
        ("Context", "selected_sequences", "4.2", "4.5"),
        ("BMesh", "verts", "4.2", "5.3"),
        ("Vector", "normalized", "4.2", "5.3"),
    ],
)
def test_a_member_is_in_the_blenders_that_have_it(
    type_: str, name: str, first: str, last: str
) -> None:
    found = blenders_with(type_, name)

    assert (found[0], found[-1]) == (first, last)


def test_kinds_lead_from_type_to_type() -> None:
    api = load_api()

    assert {one.kind for one in api.member("Context", "scene")} == {"=Scene"}
    assert {one.kind for one in api.member("BlendData", "objects")} == {"*Object:BlendDataObjects"}
    assert {one.kind for one in api.member("Object", "matrix_world")} == {"@Matrix"}
    assert api.cast("Modifier", "NODES") == ("NodesModifier",)
    assert api.is_subtype("NodesModifier", "Modifier")


def test_what_older_blenders_had_is_known_as_gone() -> None:
    api = load_api()

    assert api.removed_before("Mesh.use_auto_smooth") == "4.1"
    assert api.removed_before("bpy.ops.import_scene.obj") == "4.0"
    assert api.removed_before("Mesh.vertices") == ""


def test_deprecations_have_the_note_of_blender() -> None:
    mask, removal, note = load_api().deprecation("Material.use_nodes") or (0, "", "")

    assert (mask >> 4, removal) == (0b1111, "6.0")
    assert "Unused" in note


def test_the_names_that_vary_are_those_worth_recording() -> None:
    names = load_api().varying_names()

    assert {"fcurves", "node_tree", "use_auto_smooth", "engine", "bgl", "Annotation"} <= names
    assert "vertices" not in names
    assert len(names) < 8_000


def test_a_small_table_is_read_as_documented() -> None:
    text = "[series]\n4.2\n5.0\n[types]\nA - 3 x=A|1 y (a)|2 z{P,Q}\n[interface]\n[operators]\n[modules]\n[removed]\n[deprecated]\n[casts]"
    api = BlenderApi(text)

    assert [(one.mask, one.kind) for one in api.member("A", "x")] == [(3, "=A")]
    assert [(one.mask, one.kind) for one in api.member("A", "z")] == [(2, "{P,Q}")]
    assert api.member("A", "q") == ()
    assert api.type("B") is None
