"""Declarations of modules: what the inventory of an extension is made of."""

from __future__ import annotations

from extery.analysis.declarations import Declarations, Expression
from extery.analysis.declare import MAX_CALLS
from extery.analysis.expressions import MAX_NODES
from extery.analysis.module import analyze
from extery.analysis.pool import Source, analyze_all

CODE = '''\
import bpy
NAME = "Gears"
TABLE = [("a", 1), ("b", 2.5)]
class Add(bpy.types.Operator):
    """Add a gear"""
    bl_label = NAME
    teeth: bpy.props.IntProperty(default=12)
    size: int = 3
    def execute(self, context): pass
def register(cls, *, more=None):
    for name, number in TABLE:
        bpy.utils.register_class(cls).get(name)
'''


def declared(code: str) -> Declarations:
    return analyze("a.py", code.encode(), [(3, 11)], declarations=True).declarations


def test_classes_constants_calls_loops_and_parameters_are_declared() -> None:
    found = declared(CODE)

    (cls,) = found.classes
    assert (cls.name, cls.doc, cls.bases) == ("Add", "Add a gear", ("bpy.types.Operator",))
    assert cls.fields[0] == ("bl_label", Expression("str", "Gears"), 6)
    name, value, _ = cls.annotations[0]
    assert (name, value.text, value.argument(-1, "default")) == (
        "teeth",
        "bpy.props.IntProperty",
        Expression("number", "12"),
    )
    assert (cls.annotated, cls.methods) == (("size",), ("execute",))
    assert [one.name for one in found.constants] == ["NAME", "TABLE"]
    assert {one.call.text for one in found.calls} >= {"bpy.utils.register_class"}
    (loop,) = found.loops
    assert (loop.targets, loop.is_tuple, loop.over) == (
        ("name", "number"),
        True,
        Expression("name", "%TABLE"),
    )
    assert dict(found.parameters)["register"] == ("cls", "more")


def test_a_child_process_returns_the_same_declarations() -> None:
    data = CODE.encode()

    (facts,) = analyze_all(
        [Source("a.py", len(data), lambda limit: data[:limit])], [(3, 11)], declarations=True
    )

    assert facts == analyze("a.py", data, [(3, 11)], declarations=True)
    assert facts.declarations.classes


def test_declarations_are_made_only_if_they_are_asked_for() -> None:
    assert analyze("a.py", CODE.encode(), [(3, 11)]).declarations == Declarations()


def test_expressions_and_calls_are_bounded() -> None:
    large = f"TABLE = [{'1, ' * (3 * MAX_NODES)}]\n" + "open('a')\n" * (MAX_CALLS + 10)

    found = declared(large)

    assert len(found.constants[0].value.items) < MAX_NODES
    assert len(found.calls) == MAX_CALLS


def test_the_size_of_expressions_counts_for_the_limit_of_all_facts() -> None:
    code = f"TABLE = [{'1, ' * 500}]\n".encode()

    with_declarations = analyze("a.py", code, [(3, 11)], declarations=True)

    assert with_declarations.number >= analyze("a.py", code, [(3, 11)]).number + 500
