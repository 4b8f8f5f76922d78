"""The differences between two inventories."""

from __future__ import annotations

import json

import pytest

from extery.inventory.compare import Comparison, compare
from tests.inventory.samples import inventory_of

OPERATOR = """
import bpy
class Add(bpy.types.Operator):
    bl_idname = "mesh.gear_add"
    bl_label = "Gear"
bpy.utils.register_class(Add)
"""


def changes(comparison: Comparison, kind: str) -> list[tuple[str, str]]:
    return [(one.change, one.entry.name) for one in comparison.of_kind(kind)]


def test_an_extension_is_equal_to_itself_and_to_one_with_more_blank_lines() -> None:
    old, new = inventory_of(OPERATOR), inventory_of("\n\n" + OPERATOR)

    assert compare(old, old).is_empty
    moved = compare(old, new)
    assert (moved.entries, [one.change for one in moved.files]) == ((), ["changed"])


def test_added_removed_and_changed_operators_are_listed() -> None:
    old = inventory_of(OPERATOR + "class Old(bpy.types.Operator):\n    bl_idname = 'a.old'\n")
    new = inventory_of(
        OPERATOR.replace("'Gear'", "'Gears'").replace('"Gear"', '"Gears"')
        + "class New(bpy.types.Operator):\n    bl_idname = 'a.new'\n"
    )

    comparison = compare(old, new)

    assert changes(comparison, "operators") == [
        ("changed", "mesh.gear_add"),
        ("added", "a.new"),
        ("removed", "a.old"),
    ]
    (label,) = comparison.of_kind("operators")[0].fields
    assert (label.name, label.old, label.new) == ("label", "Gear", "Gears")


def test_a_permission_is_gained_lost_or_has_another_reason() -> None:
    old = inventory_of("", {"permissions": {"files": "Save", "clipboard": "Copy"}})
    new = inventory_of("", {"permissions": {"files": "Save and load", "network": "Fetch"}})

    comparison = compare(old, new)

    assert [(one.change, one.name) for one in comparison.permissions] == [
        ("added", "network"),
        ("changed", "files"),
        ("removed", "clipboard"),
    ]
    assert [one.name for one in comparison.to_review if hasattr(one, "name")] == [
        "network",
        "files",
    ]


def test_what_could_matter_comes_first_and_what_is_gone_does_not() -> None:
    danger = "import subprocess\nsubprocess.run(['curl', 'https://evil.example.com'])\nexec('')\n"

    added = compare(inventory_of(OPERATOR), inventory_of(OPERATOR + danger))
    removed = compare(inventory_of(OPERATOR + danger), inventory_of(OPERATOR))

    found = {one.entry.kind for one in added.to_review if hasattr(one, "entry")}
    assert found == {"programs", "dynamic_code"}
    assert removed.to_review == ()
    assert not removed.is_empty


def test_another_use_of_a_critical_call_is_a_change() -> None:
    once = "def f(a):\n    exec(a)\n"

    comparison = compare(inventory_of(once), inventory_of(once + "def g(a):\n    exec(a)\n"))

    (change,) = comparison.of_kind("dynamic_code")
    assert [(one.name, one.old, one.new) for one in change.fields] == [("places", 1, 2)]


def test_a_wheel_is_updated_added_or_removed_for_its_platform() -> None:
    def with_wheels(*wheels: str) -> dict[str, str | bytes]:
        return {f"wheels/{one}": b"x" for one in wheels}

    linux, windows = "cp311-cp311-manylinux_2_28_x86_64.whl", "cp311-cp311-win_amd64.whl"
    old = inventory_of(with_wheels(f"a-1.0-{linux}", f"a-1.0-{windows}", "b-1.0-py3-none-any.whl"))
    new = inventory_of(with_wheels(f"a-1.1-{linux}", f"a-1.0-{windows}", "c-1.0-py3-none-any.whl"))

    comparison = compare(old, new)

    assert changes(comparison, "wheels") == [("changed", "a"), ("added", "c"), ("removed", "b")]
    fields = {one.name: (one.old, one.new) for one in comparison.of_kind("wheels")[0].fields}
    assert fields["version"] == ("1.0", "1.1")


def test_files_are_added_removed_changed_or_renamed() -> None:
    old = inventory_of({"a.txt": "a", "b.txt": "b", "c.txt": "c", "gone.txt": "gone"})
    new = inventory_of({"a.txt": "a", "b.txt": "B", "d/c.txt": "c", "new.txt": "new"})

    found = [(one.change, one.path) for one in compare(old, new).files]

    assert found == [
        ("changed", "b.txt"),
        ("renamed", "d/c.txt"),
        ("added", "new.txt"),
        ("removed", "gone.txt"),
    ]


def test_fields_of_the_manifest_are_compared() -> None:
    old = inventory_of("", {"license": ["SPDX:GPL-3.0-or-later"], "tagline": "A"})
    new = inventory_of(
        "", {"license": ["SPDX:MIT"], "platforms": ["linux-x64"], "version": "2.0.0"}
    )

    found = {one.name: (one.old, one.new) for one in compare(old, new).manifest}

    assert found == {
        "license": (["SPDX:GPL-3.0-or-later"], ["SPDX:MIT"]),
        "version": ("1.0.0", "2.0.0"),
        "platforms": (None, ["linux-x64"]),
        "tagline": ("A", None),
    }


@pytest.mark.parametrize("code", ["", OPERATOR])
def test_a_comparison_has_a_json_form(code: str) -> None:
    document = json.loads(json.dumps(compare(inventory_of(code), inventory_of("x = 1")).as_dict()))

    assert (document["comparison_version"], document["same_id"]) == (1, True)
    assert document["identical"] is False
    assert [one["change"] for one in document["operators"]] == ["removed"] * bool(code)


def test_an_area_of_a_theme_with_another_colour_has_changed() -> None:
    theme = """<bpy><Theme><view_3d><ThemeView3D grid="#545454"/></view_3d>
    <info><ThemeInfo back="#000000"/></info></Theme></bpy>"""
    old = inventory_of({"a.xml": theme}, {"type": "theme"})
    new = inventory_of({"a.xml": theme.replace("#545454", "#ffffff")}, {"type": "theme"})

    (change,) = compare(old, new).of_kind("theme_settings")

    assert (change.change, change.entry.name) == ("changed", "view_3d")
    assert [one.name for one in change.fields] == ["values"]
