"""An inventory in the words of a user, and permissions declared beside permissions used."""

from __future__ import annotations

from extery.inventory.model import Place
from extery_site.scanning.blender_words import keys_of, menu_title
from extery_site.scanning.description import MAX_LINES, Part, describe
from extery_site.scanning.permission_rows import permission_rows
from tests.inventory.samples import inventory_of
from tests.site.scanning.inventory_code import CODE


def part(title: str, code: str = CODE) -> Part:
    description = describe(inventory_of(code))
    parts = [*description.adds, *description.reaches, *description.contains]
    return next(one for one in parts if one.title == title)


def test_an_operator_has_its_label_and_its_keys() -> None:
    [line] = part("Operators").lines

    assert (line.title, line.name) == ("Gears from Studio", "gear.import_psk")
    assert line.keys == (("Ctrl", "Shift", "Q"),)
    assert line.detail == "Read a gear"
    assert line.place == Place("__init__.py", 10)


def test_a_shortcut_has_the_label_of_its_operator() -> None:
    [line] = part("Shortcuts").lines

    assert (line.title, line.name) == ("Gears from Studio", "gear.import_psk")
    assert (line.keys, line.detail) == ((("Ctrl", "Shift", "Q"),), "in Object Mode")


def test_importers_panels_and_menus_are_where_users_look_for_them() -> None:
    [importer] = part("Imports files").lines
    [panel] = part("Panels").lines
    [menu] = part("Menus").lines

    assert importer.formats == (".psk",)
    assert (panel.title, panel.detail) == ("Cogwheel Settings", "3D Viewport › Sidebar › Gears")
    assert menu.title == "File › Import"


def test_what_reaches_beyond_blender_is_named_with_the_line_that_does() -> None:
    [host] = part("Internet hosts").lines
    [program] = part("Other programs").lines
    [written] = part("Writes or deletes files").lines

    assert (host.title, host.place.line) == ("gears.example.org", 17)
    assert (program.title, program.place.line) == ("ffmpeg", 18)
    assert (written.detail, written.place.line) == ("/tmp/gears.txt", 19)


def test_a_long_part_is_cut_and_says_how_much_is_left_out() -> None:
    calls = "\n".join(f"open('{number}', 'w')" for number in range(MAX_LINES + 5))

    found = part("Writes or deletes files", calls)

    assert (len(found.lines), found.number, found.left_out) == (MAX_LINES, MAX_LINES + 5, 5)


def test_a_class_that_is_never_registered_is_left_out() -> None:
    unregistered = "import bpy\nclass Gear(bpy.types.Operator):\n    bl_idname = 'a.b'\n    bl_label = 'Gear'\n"

    assert describe(inventory_of(unregistered)).adds == ()


def test_permissions_are_declared_used_or_both() -> None:
    rows = permission_rows(
        inventory_of(CODE), {"network": "Download gears", "clipboard": "Copy gears"}
    )

    files, network, clipboard = rows
    assert (files.name, files.state, files.reason) == ("files", "undeclared", None)
    assert {call for call, _, _ in files.uses} == {"ImportHelper", "open"}
    assert (network.state, network.reason, network.hosts) == (
        "used",
        "Download gears",
        ("gears.example.org",),
    )
    assert network.uses == (("requests.get", (Place("__init__.py", 17),), 0),)
    assert (clipboard.name, clipboard.state) == ("clipboard", "no-use")


def test_many_places_of_a_call_are_counted() -> None:
    calls = "import requests\n" + "requests.get('https://a.example')\n" * 5

    [row] = permission_rows(inventory_of(calls), {})

    [(call, places, more)] = row.uses
    assert (call, [place.line for place in places], more) == ("requests.get", [2, 3, 4], 2)


def test_menus_that_are_not_known_by_name_are_still_readable() -> None:
    assert menu_title("VIEW3D_MT_paint_weight") == "3D Viewport › Paint weight"
    assert menu_title("GEAR_MT_more") == "Gear › More"
    assert menu_title("computed") == "computed"
    assert keys_of("Ctrl Alt NUMPAD_1") == ("Ctrl", "Alt", "Numpad 1")
    assert keys_of("LEFTMOUSE") == ("Left Mouse",)
