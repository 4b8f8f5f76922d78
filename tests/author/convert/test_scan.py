"""What is read from modules without running them."""

from __future__ import annotations

from typing import Any

import pytest

from extery.author.convert.code.scan import scan_module


def scan(source: str, path: str = "__init__.py") -> dict[str, Any]:
    return scan_module(path, source.encode())


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ('bl_info = {"name": "Gears", "version": (1, 2)}', {"name": "Gears", "version": [1, 2]}),
        ('bl_info: dict = {"name": "Gears"}', {"name": "Gears"}),
        ('bl_info = dict(name="Gears")', {"name": "Gears"}),
        ('V = (1, 2)\nbl_info = {"version": V}', {"version": [1, 2]}),
        ('A = "Ge"\nbl_info = {"name": A + "ars" + " tool"}', {"name": "Gears tool"}),
        ('N = 2\nbl_info = {"name": f"Gears {N}"}', {"name": "Gears 2"}),
        ('bl_info = {"version": (1,) + (2,)}', {"version": [1, 2]}),
    ],
)
def test_literals_constants_and_sums_are_known(source: str, values: dict[str, Any]) -> None:
    found = scan(source)
    assert (found["bl_info"], found["unknown"]) == (values, [])


def test_computed_values_are_named_and_the_others_known() -> None:
    found = scan('bl_info = {"name": "Gears", "version": read_version()}')
    assert (found["bl_info"], found["unknown"]) == ({"name": "Gears"}, ["version"])


def test_constants_that_contain_each_other_have_no_value() -> None:
    assert scan('A = B\nB = A\nbl_info = {"name": A}')["unknown"] == ["name"]


def test_long_texts_are_cut() -> None:
    found = scan('bl_info = {"name": "' + "x" * 1_000_000 + '"}')
    assert len(found["bl_info"]["name"]) == 4_000


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("bl_info = {}", False),
        ("bl_info = {}\nprint(bl_info['version'])", True),
        ("from . import bl_info", True),
        ("print(module.bl_info)", False),
    ],
)
def test_uses_of_bl_info_are_found(source: str, reads: bool) -> None:
    assert scan(source)["reads_bl_info"] is reads


@pytest.mark.parametrize(
    ("call", "folder"),
    [
        ("sys.path.append(os.path.dirname(__file__))", ""),
        (
            "sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'libs'))",
            "libs",
        ),
        ("sys.path.append(str(Path(__file__).parent / 'a' / 'b'))", "a.b"),
        ("here = os.path.dirname(__file__)\nsys.path.append(here + '/x')", None),
        ("here = os.path.dirname(__file__)\nsys.path.append(here)", ""),
        ("sys.path.append('/usr/lib')", None),
        ("sys.path.append(os.path.join(os.path.dirname(__file__), '../..'))", None),
    ],
)
def test_folders_that_are_added_to_the_search_path_are_known(call: str, folder: str | None) -> None:
    found = [one for one, _ in scan(call)["search_paths"]]
    assert found == ([] if folder is None else [folder])


def test_variables_that_are_keys_of_preferences_are_known() -> None:
    source = "a = prefs.addons[NAME]\nb = prefs.addons.get(config.ID)\nc = prefs.addons[get_name()]\nclass P(AddonPreferences):\n    bl_idname = KEY\n"
    assert scan(source)["keys"] == ["ID", "KEY", "NAME", "get_name"]


def test_variables_of_loops_and_functions_are_no_keys() -> None:
    source = "x = [prefs.addons[mod] for mod in names]\ndef f(key):\n    return prefs.addons[key]\n"
    assert scan(source)["keys"] == []
    assert scan("x = self.addons[NAME]\n")["keys"] == []
