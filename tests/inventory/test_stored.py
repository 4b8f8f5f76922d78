"""An inventory is stored as JSON and read back with everything that a comparison needs, within a limit of its size."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from extery.core.errors import InvalidPackage
from extery.inventory.compare import compare
from extery.inventory.packages import read_package_inventory
from extery.inventory.stored import MAX_BYTES, dump_inventory, load_inventory, merge_inventories
from tests.inventory.samples import inventory_of
from tests.site.packages import package

CODE = """
import bpy, requests

class Send(bpy.types.Operator):
    bl_idname = "gear.send"
    bl_label = "Send gears"
    def execute(self, context):
        requests.post("https://gears.example.org/api", json={"number": 1})

def register():
    bpy.utils.register_class(Send)
"""


def test_a_stored_inventory_is_read_back_without_a_difference() -> None:
    inventory = inventory_of(CODE, {"permissions": {"network": "Send gears"}})

    stored = json.loads(json.dumps(dump_inventory(inventory)))
    read = load_inventory(stored)

    assert read is not None
    assert read == inventory
    assert compare(inventory, read).is_empty


def test_other_arguments_of_a_call_are_still_seen_after_storing() -> None:
    before = inventory_of(CODE)
    after = inventory_of(CODE.replace('"number": 1', '"number": 2'))

    read = [load_inventory(dump_inventory(one)) for one in (before, after)]

    assert read[0] is not None
    assert read[1] is not None
    [change] = compare(read[0], read[1]).of_kind("network")
    assert [field.name for field in change.fields] == ["arguments"]


def test_an_inventory_that_is_too_large_is_cut_and_says_so() -> None:
    text = "\n".join(f"open('{'x' * 250}{number}', 'w')" for number in range(4_900))
    inventory = inventory_of(text)

    stored = dump_inventory(inventory)

    assert len(json.dumps(stored)) <= MAX_BYTES
    [left_out] = [one for one in stored["unread"] if one["path"] == "Files written or deleted"]
    assert left_out["reason"].endswith("more are not listed")


def test_an_inventory_of_another_format_is_not_read() -> None:
    stored = dump_inventory(inventory_of(CODE)) | {"inventory_version": 99}

    assert load_inventory(stored) is None


def test_the_packages_of_a_version_make_one_inventory() -> None:
    other = CODE + "\nimport subprocess\nsubprocess.run(['ffmpeg'])\n"

    merged = merge_inventories([inventory_of(CODE), inventory_of(other)])

    assert merged is not None
    assert [one.name for one in merged.of_kind("operators")] == ["gear.send"]
    assert [one.name for one in merged.of_kind("programs")] == ["ffmpeg"]
    assert merge_inventories([]) is None


def test_a_package_file_is_read() -> None:
    data = package(files={"__init__.py": CODE})

    inventory = read_package_inventory(io.BytesIO(data), name="gears.zip")

    assert inventory.id == "gear_tool"
    assert [one.name for one in inventory.of_kind("operators")] == ["gear.send"]
    assert [one.name for one in inventory.of_kind("hosts")] == ["gears.example.org"]


def test_a_bomb_is_not_read() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("blender_manifest.toml", "")
        archive.writestr("bomb.bin", b"\0" * 60_000_000)

    with pytest.raises(InvalidPackage) as caught:
        read_package_inventory(file, name="bomb.zip")

    assert [one.code for one in caught.value.problems] == ["package.bomb"]
