"""What is recorded about a module, and how names are resolved."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from extery.analysis.facts import ModuleFacts, from_plain, to_plain
from extery.analysis.module import analyze

PYTHONS = [(3, 11), (3, 13)]


def facts(source: str) -> ModuleFacts:
    found = analyze("gears.py", dedent(source).encode(), PYTHONS)
    assert (found.failure, found.faults) == ("", ())
    return found


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import bpy\nbpy.ops.script.reload()", "bpy.ops.script.reload"),
        ("import bpy as b\nb.ops.script.reload()", "bpy.ops.script.reload"),
        ("from bpy import ops\nops.script.reload()", "bpy.ops.script.reload"),
        ("from bpy.ops import script as s\ns.reload()", "bpy.ops.script.reload"),
        ("import urllib.request\nurllib.request.urlopen(1)", "urllib.request.urlopen"),
        ("from . import net\nnet.get()", ".net.get"),
        ("from ..net import get\nget()", "..net.get"),
        ("def f():\n    import requests\n    requests.get(1)", "requests.get"),
        (
            "import bpy\nwm = bpy.context.window_manager\nwm.popup_menu(1)",
            "bpy.context.window_manager.popup_menu",
        ),
        ("eval('1')", "builtins.eval"),
        ("def eval(x): ...\neval('1')", "%eval"),
        ("def f(requests):\n    requests.get(1)", "~requests.get"),
        ("class A:\n    open = 1\n    def f(self):\n        open('x')", "builtins.open"),
        ("import a\na.items['x'].run()", "a.items[].run"),
        ("import a\na.make().run()", "a.make().run"),
        ("x = y\ny = x\nx.run()", "%x.run"),
    ],
)
def test_a_call_has_the_whole_path_of_what_it_calls(source: str, name: str) -> None:
    assert name in [call.name for call in facts(source).calls]


def test_the_calls_and_items_inside_a_chain_are_recorded_too() -> None:
    found = facts("import a\na.first(1)['key'].second(2).value")

    assert [call.name for call in found.calls] == ["a.first()[].second", "a.first"]
    assert [(item.name, item.key.text) for item in found.items] == [("a.first()", "key")]
    assert [use.name for use in found.uses] == ["a.first()[].second().value"]


def test_arguments_are_values_with_the_names_they_mention() -> None:
    [call] = facts(
        "import os\nBASE = os.path.dirname(__file__)\nopen(BASE + '/x', mode='w')"
    ).calls[1:]
    path, mode = call.argument(0), call.argument(1, "mode")

    assert path is not None
    assert mode is not None
    assert (path.kind, mode.kind, mode.text) == ("other", "str", "w")
    assert "%BASE" in path.mentions


def test_imports_say_whether_they_may_fail_and_where_they_are() -> None:
    found = facts(
        """
        from typing import TYPE_CHECKING

        import one
        try:
            import two
        except ImportError:
            two = None
        if TYPE_CHECKING:
            import three
        try:
            import four
        except ValueError:
            pass

        def load():
            from .five import name
        """
    )

    assert [(i.module, i.is_guarded, i.function, i.level) for i in found.imports[1:]] == [
        ("one", False, "", 0),
        ("two", True, "", 0),
        ("three", True, "", 0),
        ("four", False, "", 0),
        ("five", False, "load", 1),
    ]


def test_classes_have_bases_and_fields_with_their_places() -> None:
    [found] = facts(
        """
        import bpy
        class Add(bpy.types.Operator):
            bl_idname: str = "gears.add"
        """
    ).classes

    field = found.field("bl_idname")
    assert field is not None
    assert (found.bases, field[0].text, field[1].line) == (("bpy.types.Operator",), "gears.add", 4)


def test_columns_count_characters() -> None:
    [call] = facts("x = 'Zähne', print(1)").calls

    assert (call.at.column, call.at.end_column) == (14, 22)


def test_urls_are_recorded_also_if_they_are_formatted() -> None:
    found = facts("a = 'https://example.org'\nb = f'https://example.org/{a}/x'\nc = 'no address'")

    assert [text.text for text in found.texts] == [
        "https://example.org",
        "https://example.org/{}/x",
    ]


def test_facts_survive_the_way_through_json() -> None:
    found = facts(
        """
        import bpy
        # extery: ignore[code.eval, code.pip] a reason
        class Add(bpy.types.Operator):
            bl_idname = ("a", "b")
            def run(self):
                raise ValueError(f"https://{self.x[1]}")
        """
    )

    assert from_plain(json.loads(json.dumps(to_plain(found)))) == found
    assert found.suppressions[0].codes == ("code.eval", "code.pip")
    assert found.suppressions[0].reason == "a reason"
