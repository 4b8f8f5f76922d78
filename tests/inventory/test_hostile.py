"""Hostile and broken sources: everything else is still listed, within limits."""

from __future__ import annotations

import json

import pytest

from extery.inventory.kinds import KINDS
from tests.inventory.samples import inventory_of, names

OPERATOR = "import bpy\nclass Add(bpy.types.Operator):\n    bl_idname = 'a.b'\n    bl_label = 'B'\n"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def (:", "invalid syntax"),
        ("x = " + "(" * 300 + ")" * 300, "too many nested parentheses"),
        ("a = '\0'", "null bytes"),
    ],
)
def test_a_module_that_cannot_be_read_is_named_and_the_others_are_listed(
    code: str, reason: str
) -> None:
    inventory = inventory_of({"__init__.py": OPERATOR, "broken.py": code})

    assert names(inventory, "operators") == ["a.b"]
    (unread,) = inventory.unread
    assert unread.path == "broken.py"
    assert reason in unread.reason


@pytest.mark.parametrize(
    "code",
    [
        "a = b\nb = a\n",
        "a = a + 'x'\n",
        "a = [*b]\nb = [*a]\n",
        "from . import *\nfrom .other import *\n",
        "class A(B): pass\nclass B(A, bpy.types.Operator): pass\n",
        "class A(A): bl_label = A.bl_label\n",
        "def f(x):\n    f(x)\n    bpy.utils.register_class(x)\nf(1)\n",
        "a = " + "+".join(["'x'"] * 200) + "\n",
        "a = {"
        + ",".join(f"'k{i}': a" for i in range(50))
        + "}\nfor x in a:\n    bpy.utils.register_class(a[x])\n",
        "import bpy\ndef register(bl_label):\n"
        + "    for a in range(9):\n        bpy.app.handlers.load_post.append(a)\n" * 50,
    ],
)
def test_circles_and_odd_shapes_end(code: str) -> None:
    sources = {
        "__init__.py": f"import bpy\n{code}class C(bpy.types.Operator):\n    bl_idname = a\n"
    }

    inventory = inventory_of({**sources, "other.py": "from . import *\n"})

    assert inventory.unread == ()
    assert "operators" in {entry.kind for entry in inventory.entries}


def test_nested_loops_over_tables_are_bounded() -> None:
    loops = "".join(f"{'    ' * (i + 1)}for v{i} in T:\n" for i in range(8))
    call = f"{'    ' * 9}bpy.app.handlers.load_post.append((v0, v1, v2, v3, v4, v5, v6, v7))\n"
    code = f"import bpy\nT = {list(range(50))}\ndef register():\n{loops}{call}"

    assert len(inventory_of(code).of_kind("handlers")) == 1


def test_any_manifest_has_a_json_form() -> None:
    from datetime import date

    inventory = inventory_of(
        OPERATOR, {"extra": [date(2026, 1, 1), float("inf"), {"a": None}], "permissions": ["files"]}
    )

    document = json.loads(json.dumps(inventory.as_dict(), allow_nan=False))
    assert document["manifest"]["extra"] == ["2026-01-01", "inf", {"a": "None"}]
    assert set(document) >= {kind.name for kind in KINDS}
    assert document["operators"][0]["label"] == "B"
