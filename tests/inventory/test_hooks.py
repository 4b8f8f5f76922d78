"""What an extension adds by calls."""

from __future__ import annotations

import pytest

from tests.inventory.samples import inventory_of, names, only


def test_menu_entries_have_their_function_and_position() -> None:
    inventory = inventory_of(
        """
        import bpy
        from bl_ui.space_view3d import VIEW3D_MT_object
        def draw(self, context): pass
        def register():
            bpy.types.VIEW3D_MT_add.append(draw)
            VIEW3D_MT_object.prepend(draw)
        """
    )

    found = [
        (one.name, one.fields["function"], one.fields["position"])
        for one in inventory.of_kind("menu_additions")
    ]
    assert found == [("VIEW3D_MT_add", "draw", "append"), ("VIEW3D_MT_object", "draw", "prepend")]


def test_a_shortcut_has_its_keys_and_the_key_map_it_is_in() -> None:
    inventory = inventory_of(
        """
        import bpy
        def register():
            keyconfig = bpy.context.window_manager.keyconfigs.addon
            keymap = keyconfig.keymaps.new(name="3D View", space_type="VIEW_3D")
            keymap.keymap_items.new("mesh.gear_add", "G", "PRESS", ctrl=True, shift=True)
            keymap = keyconfig.keymaps.new(name="Object Mode")
            keymap.keymap_items.new("mesh.gear_del", type="X", value="PRESS")
        """
    )

    found = [
        (one.name, one.fields["key"], one.fields["keymap"], one.fields["space"])
        for one in inventory.of_kind("keymaps")
    ]
    assert found == [
        ("mesh.gear_add", "Ctrl Shift G", "3D View", "VIEW_3D"),
        ("mesh.gear_del", "X", "Object Mode", "EMPTY"),
    ]


@pytest.mark.parametrize(
    ("table", "loop", "arguments"),
    [
        ("[('a.b', 'A'), ('a.c', 'C')]", "name, key", "name, key, 'PRESS'"),
        ("[('a.b', 'A'), ('a.c', 'C')]", "row", "row[0], row[1], 'PRESS'"),
        (
            "[{'name': 'a.b', 'key': 'A'}, {'name': 'a.c', 'key': 'C'}]",
            "row",
            "row['name'], row.get('key'), 'PRESS'",
        ),
        ("[Key('a.b', 'A'), Key('a.c', key='C')]", "row", "row.name, row.key, 'PRESS'"),
    ],
)
def test_shortcuts_in_a_table_are_read_row_by_row(table: str, loop: str, arguments: str) -> None:
    inventory = inventory_of(
        f"""
        import bpy
        from typing import NamedTuple
        class Key(NamedTuple):
            name: str
            key: str
        KEYS = {table}
        def register():
            keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="3D View")
            for {loop} in KEYS:
                keymap.keymap_items.new({arguments})
        """
    )

    found = [(one.name, one.fields["key"]) for one in inventory.of_kind("keymaps")]
    assert found == [("a.b", "A"), ("a.c", "C")]


def test_a_shortcut_made_by_a_function_has_the_arguments_of_its_calls() -> None:
    inventory = inventory_of(
        """
        import bpy
        def add(keymap, name, key="Q"):
            keymap.keymap_items.new(name, key, "PRESS")
        def register():
            keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(name="3D View")
            add(keymap, "a.b", "A")
            add(keymap, "a.c", choose())
        """
    )

    found = [(one.name, one.fields["key"]) for one in inventory.of_kind("keymaps")]
    assert found == [("a.b", "A"), ("a.c", None)]


def test_properties_of_types_have_their_type_and_what_they_point_to() -> None:
    inventory = inventory_of(
        """
        import bpy
        class Settings(bpy.types.PropertyGroup):
            teeth: bpy.props.IntProperty()
        def register():
            bpy.types.Scene.gears = bpy.props.PointerProperty(type=Settings, name="Gears")
            setattr(bpy.types.Object, "is_gear", bpy.props.BoolProperty())
        """
    )

    found = [
        (one.name, one.fields["type"], one.fields["of"]) for one in inventory.of_kind("properties")
    ]
    assert found == [("Scene.gears", "Pointer", "Settings"), ("Object.is_gear", "Bool", "")]


def test_handlers_timers_subscriptions_and_commands_are_listed() -> None:
    inventory = inventory_of(
        """
        import bpy
        def work(*args): pass
        def register():
            bpy.app.handlers.load_post.append(work)
            handlers = bpy.app.handlers.save_pre
            handlers.append(work)
            handlers = bpy.app.handlers.save_post
            handlers.append(work)
            bpy.app.timers.register(work, first_interval=2.5, persistent=True)
            bpy.msgbus.subscribe_rna(key=(bpy.types.Object, "location"), owner=1, args=(), notify=work)
            bpy.types.SpaceView3D.draw_handler_add(work, (), 'WINDOW', 'POST_PIXEL')
            bpy.utils.register_cli_command("gears", work)
        """
    )

    assert names(inventory, "handlers") == ["load_post", "save_pre", "save_post"]
    timer = only(inventory, "timers")
    assert (timer.name, timer.fields["first_interval"], timer.fields["persistent"]) == (
        "work",
        2.5,
        True,
    )
    assert only(inventory, "subscriptions").name == "Object.location"
    assert only(inventory, "draw_handlers").fields["event"] == "POST_PIXEL"
    assert only(inventory, "commands").name == "gears"
