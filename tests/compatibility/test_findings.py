"""Which uses of Blender's names are found, and which guards are honoured."""

from __future__ import annotations

import textwrap

import pytest

from extery.analysis.module import analyze
from extery.blender_api.table import load_api, load_varying_names
from extery.compatibility.findings import Finding, Judge, judge
from extery.core.versions import BLENDER_SERIES, BlenderSeries


def findings(
    sources: str | dict[str, str], blenders: tuple[BlenderSeries, ...] = BLENDER_SERIES
) -> list[Finding]:
    """Return the findings in modules, for all Blenders by default."""
    files = {"__init__.py": sources} if isinstance(sources, str) else sources
    names = load_varying_names()
    modules = [
        analyze(path, f"import bpy\n{textwrap.dedent(text)}".encode(), [], names)
        for path, text in files.items()
    ]
    assert not any(module.failure or module.faults for module in modules)
    return judge(modules, load_api(), blenders)


def names_in(sources: str | dict[str, str]) -> set[str]:
    return {one.name for one in findings(sources) if one.kind == "incompatible"}


OPERATOR = """
class Gear(bpy.types.Operator):
    def execute(self, context):
"""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("bpy.context.scene.node_tree", "Scene.node_tree"),
        ("from bpy import context\ncontext.scene.node_tree", "Scene.node_tree"),
        ("import bpy as b\nb.context.scene.node_tree", "Scene.node_tree"),
        ("for a in bpy.data.actions:\n    a.fcurves", "Action.fcurves"),
        ("for i, a in enumerate(list(bpy.data.actions)):\n    a.fcurves", "Action.fcurves"),
        ("for k, a in bpy.data.actions.items():\n    a.fcurves", "Action.fcurves"),
        ("[a.fcurves for a in bpy.data.actions if a.users]", "Action.fcurves"),
        ("x = bpy.data.actions['a']\ny = x\ny.fcurves.new('x')", "Action.fcurves"),
        ("bpy.data.actions.get('a').fcurves", "Action.fcurves"),
        ("bpy.data.actions.new('a').fcurves", "Action.fcurves"),
        ("bpy.context.object.animation_data.action.fcurves", "Action.fcurves"),
        ("if (a := bpy.data.actions.get('x')):\n    a.fcurves", "Action.fcurves"),
        ("getattr(bpy.data.actions[0], 'fcurves')", "Action.fcurves"),
        ("bpy.context.object.data.use_auto_smooth = True", "Mesh.use_auto_smooth"),
        ("def f(x):\n    if type(x) == bpy.types.Action:\n        x.fcurves", "Action.fcurves"),
        ("def f(blender_action):\n    blender_action.fcurves", "Action.fcurves"),
        ("class A:\n    def f(self):\n        self.blender_mesh.use_auto_smooth", "Mesh.use_auto_smooth"),
        ("def f(version):\n    if version < 7100:\n        return\n    bpy.context.scene.node_tree", "Scene.node_tree"),
        ("bpy.context.selected_sequences", "Context.selected_sequences"),
        ("bpy.context.object.data.bones.foreach_set('select', [])", "Bone.select"),
        ("bpy.context.object.data.bones['a'].keyframe_insert('select')", "Bone.select"),
        ("bpy.context.active_pose_bone.bone.driver_add('select_head')", "Bone.select_head"),
        ("bpy.context.material.node_tree.nodes.new('ShaderNodeCombineRGB')", "bpy.types.ShaderNodeCombineRGB"),
        ("def f(tree):\n    tree.new_node('ShaderNodeCombineRGB', 0)", "bpy.types.ShaderNodeCombineRGB"),
        ("bpy.ops.wm.collada_import(filepath='x')", "bpy.ops.wm.collada_import"),
        ("bpy.ops.import_scene.obj()", "bpy.ops.import_scene.obj"),
        ("import bgl\nbgl.glEnable(1)", "bgl"),
        ("bpy.data.annotations", "BlendData.annotations"),
        ("def f(a: bpy.types.Action):\n    a.fcurves", "Action.fcurves"),
        ("def f(a: 'bpy.types.Action | None' = None):\n    a.fcurves", "Action.fcurves"),
        ("def f(a: list[bpy.types.Action]):\n    for b in a:\n        b.fcurves", "Action.fcurves"),
        ("def f(x):\n    return x.fcurves\nf(bpy.data.actions[0])", "Action.fcurves"),
        ("def f():\n    return bpy.data.actions[0]\nf().fcurves", "Action.fcurves"),
        ("def f(x):\n    if isinstance(x, bpy.types.Action):\n        x.fcurves", "Action.fcurves"),
        ("x = []\nfor a in bpy.data.actions:\n    x.append(a)\nfor b in x:\n    b.fcurves", "Action.fcurves"),
        ("x = None\nif bpy.data:\n    x = bpy.data.actions[0]\nx.fcurves", "Action.fcurves"),
        ("def update(scene):\n    scene.node_tree\nbpy.app.handlers.load_post.append(update)", "Scene.node_tree"),
        ("def draw(me, c):\n    c.scene.node_tree\nbpy.types.VIEW3D_MT_add.append(draw)", "Scene.node_tree"),
        (f"{OPERATOR}        context.scene.node_tree", "Scene.node_tree"),
        (f"{OPERATOR}        self.a = context.scene\n        self.g()\n    def g(self):\n        self.a.node_tree", "Scene.node_tree"),
        ("class P(bpy.types.PropertyGroup):\n    a: bpy.props.PointerProperty(type=bpy.types.Action)\nbpy.types.Scene.p = bpy.props.PointerProperty(type=P)\nbpy.context.scene.p.a.fcurves", "Action.fcurves"),
        ("class P(bpy.types.PropertyGroup):\n    a: bpy.props.PointerProperty(type=bpy.types.Action)\nbpy.types.Scene.p = bpy.props.CollectionProperty(type=P)\nfor p in bpy.context.scene.p:\n    p.a.fcurves", "Action.fcurves"),
        ("for b in bpy.context.object.pose.bones:\n    b.bone.select = True", "Bone.select"),
        ("a = bpy.context.area\nif a.type == 'SEQUENCE_EDITOR':\n    bpy.context.scene.sequence_editor.sequences", "SequenceEditor.sequences"),
    ],
)  # fmt: skip
def test_a_name_that_a_blender_lacks_is_found_through_the_types(code: str, name: str) -> None:
    assert name in names_in(code)


@pytest.mark.parametrize(
    "code",
    [
        "if bpy.app.version < (5, 0, 0):\n    bpy.context.scene.node_tree",
        "if bpy.app.version >= (5, 0):\n    pass\nelse:\n    bpy.context.scene.node_tree",
        "if (5, 0, 0) > bpy.app.version:\n    bpy.context.scene.node_tree",
        "if not bpy.app.version >= (5,):\n    bpy.context.scene.node_tree",
        "if bpy.app.version[0] < 5:\n    bpy.context.scene.node_tree",
        "if bpy.app.version[:2] <= (4, 5):\n    bpy.context.scene.node_tree",
        "if bpy.app.version_string.startswith('4.'):\n    bpy.context.scene.node_tree",
        "OLD = bpy.app.version < (5, 0, 0)\nif OLD:\n    bpy.context.scene.node_tree",
        "V = bpy.app.version\nif V < (5, 0, 0):\n    bpy.context.scene.node_tree",
        "def old():\n    return bpy.app.version < (5, 0, 0)\nif old():\n    bpy.context.scene.node_tree",
        "x = bpy.context.scene.node_tree if bpy.app.version < (5, 0, 0) else None",
        "x = bpy.app.version < (5, 0, 0) and bpy.context.scene.node_tree",
        "x = bpy.app.version >= (5, 0, 0) or bpy.context.scene.node_tree",
        "def f():\n    if bpy.app.version >= (5, 0, 0):\n        return\n    bpy.context.scene.node_tree",
        "for a in bpy.data.actions:\n    if bpy.app.version >= (5, 0, 0):\n        continue\n    a.fcurves",
        "if bpy.app.version < (5, 0, 0) and bpy.data.actions:\n    bpy.context.scene.node_tree",
        "def f():\n    bpy.context.scene.node_tree\nif bpy.app.version < (5, 0, 0):\n    f()",
        "class A:\n    def f(self):\n        bpy.context.scene.node_tree\n    def g(self):\n        if bpy.app.version < (5, 0, 0):\n            self.f()",
        "s = bpy.context.scene\nif hasattr(s, 'node_tree'):\n    s.node_tree",
        "s = bpy.context.scene\nif getattr(s, 'node_tree', None):\n    s.node_tree",
        "s = bpy.context.scene\nif hasattr(s, 'compositing_node_group'):\n    s.compositing_node_group\nelse:\n    s.node_tree",
        "def f(a: bpy.types.Action):\n    if not hasattr(a, 'fcurves'):\n        return\n    a.fcurves",
        "def old(a: bpy.types.Action):\n    return hasattr(a, 'fcurves')\ndef f(a: bpy.types.Action):\n    if old(a):\n        a.fcurves",
        "if 'node_tree' in bpy.types.Scene.bl_rna.properties:\n    bpy.context.scene.node_tree",
        "if 'node_tree' in dir(bpy.context.scene):\n    bpy.context.scene.node_tree",
        "getattr(bpy.context.scene, 'node_tree', None)",
        "try:\n    bpy.context.scene.node_tree\nexcept AttributeError:\n    pass",
        "try:\n    bpy.context.scene.compositing_node_group\nexcept (AttributeError, KeyError):\n    bpy.context.scene.node_tree",
        "import contextlib\nwith contextlib.suppress(AttributeError):\n    bpy.context.scene.node_tree",
        "try:\n    import bgl\nexcept ImportError:\n    bgl = None",
        "def at_least(a, b):\n    if bpy.app.version[0] > a:\n        return True\n    return bpy.app.version[1] >= b\nif not at_least(5, 0):\n    bpy.context.scene.node_tree",
        "from .other import VERSION\nif VERSION < (5, 0, 0):\n    bpy.context.scene.node_tree",
        "from .other import *\nif is_old_version():\n    bpy.context.scene.node_tree",
        "if VERSION < bpy.app.version:\n    bpy.context.scene.node_tree",  # not understood
        "bpy.types.Scene.node_tree = bpy.props.StringProperty()\nbpy.context.scene.node_tree",
        "class T(bpy.types.PropertyGroup):\n    fcurves: bpy.props.StringProperty()\nclass U(T):\n    def f(self):\n        self.fcurves",
        "class Own:\n    fcurves = 1\nOwn().fcurves",
        "bpy.context.scene.my_own_property",
        "unknown().fcurves",
        "bpy.context.scene.render.engine == 'BLENDER_EEVEE_NEXT'",
        "bpy.context.preferences.filepaths.asset_libraries[0].path",  # of the types below
    ],
)  # fmt: skip
def test_a_guarded_name_is_no_finding(code: str) -> None:
    assert names_in(code) == set()


def test_guards_and_values_of_other_modules_count() -> None:
    compat = "NEW = bpy.app.version >= (5, 0, 0)\ndef is_old():\n    return not NEW\n"
    user = """
    from . import compat
    from .compat import NEW, is_old
    from .values import first
    if not NEW:
        first().fcurves
    if compat.is_old():
        first().fcurves
    if is_old():
        first().fcurves
    """
    values = "def first():\n    return bpy.data.actions[0]\n"
    files = {"__init__.py": "", "compat.py": compat, "user.py": user, "values.py": values}

    assert names_in(files) == set()
    assert names_in(files | {"user.py": "from .values import first\nfirst().fcurves"}) == {
        "Action.fcurves"
    }


def test_a_module_that_only_old_blenders_import_is_judged_for_them() -> None:
    init = "if bpy.app.version < (5, 0, 0):\n    from . import old as impl\nelse:\n    from . import new as impl\n"
    files = {
        "__init__.py": init,
        "old.py": "bpy.context.scene.node_tree",
        "new.py": "bpy.context.scene.compositing_node_group",
    }

    assert names_in(files) == set()
    assert names_in(files | {"__init__.py": "from . import old, new"}) == {
        "Scene.node_tree",
        "Scene.compositing_node_group",
    }


def test_a_finding_says_since_when_and_for_which_blenders() -> None:
    (finding,) = findings("bpy.context.scene.node_tree")

    assert (finding.kind, finding.reason, finding.version) == ("incompatible", "gone", "5.0")
    assert finding.blenders == ((5, 0), (5, 1), (5, 2), (5, 3))
    assert "compositing_node_group" in finding.replacement
    assert (finding.at.line, finding.at.column, finding.at.end_column) == (2, 19, 28)
    assert findings("bpy.context.scene.node_tree", ((4, 2), (4, 5))) == []


def test_a_new_name_is_told_with_the_blender_that_has_it() -> None:
    (finding,) = findings("bpy.context.scene.compositing_node_group", ((4, 2), (5, 1)))

    assert (finding.reason, finding.version, finding.blenders) == ("new", "5.0", ((4, 2),))


@pytest.mark.parametrize(
    ("code", "reason", "detail"),
    [
        ("bpy.context.scene.render.engine = 'BLENDER_EEVEE_NEXT'", "value", "BLENDER_EEVEE_NEXT"),
        ("bpy.context.scene.render.engine = 'BLENDER_EEVEE'", "new-value", "BLENDER_EEVEE"),
        ("bpy.ops.screen.area_join(cursor=(0, 0))", "argument", "cursor"),
        ("import gpu\ngpu.shader.from_builtin('3D_IMAGE')", "value", "3D_IMAGE"),
        ("def f(a: bpy.types.Action):\n    a.fcurve_ensure_for_datablock(group_name='x')", "new-argument", "group_name"),
    ],
)  # fmt: skip
def test_arguments_and_values_are_judged(code: str, reason: str, detail: str) -> None:
    assert (reason, detail) in {(one.reason, one.detail) for one in findings(code)}


def test_deprecated_and_experimental_are_kinds_of_their_own() -> None:
    code = (
        "bpy.context.scene.world.use_nodes\nbpy.context.preferences.experimental.use_cycles_debug\n"
    )

    assert {(one.kind, one.name) for one in findings(code)} == {
        ("deprecated", "World.use_nodes"),
        ("experimental", "PreferencesExperimental.use_cycles_debug"),
    }


@pytest.mark.parametrize(
    "code",
    [
        "x = " + "(" * 80 + "bpy" + ")" * 80 + ".context",
        "a = bpy.context\n" * 2_000,
        "a = bpy.data.objects\n" + "a = a[0].children\n" * 400 + "a[0].fcurves",
        "def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nf(bpy.data.actions[0]).fcurves",
        "class A(B): ...\nclass B(A):\n    def f(self):\n        self.fcurves",
        "x = y\ny = x\nx.fcurves",
        "if bpy.app.version > bpy.app.version > (5,):\n    bpy.context.scene",
        "x" + ".a" * 600,
        "".join(f"x{i} = bpy.context\nif x{i}:\n    y{i} = x{i}.scene\n" for i in range(3_000)),
        "".join(
            f"class C{i}(C{i - 1}):\n    def f(self):\n        self.fcurves\n"
            for i in range(1, 2_000)
        ),
        "x = bpy.data if a else bpy.context\n" + "x = x.p if a else x.q\n" * 200 + "x.fcurves",
        "def f(x):\n    x = x.p if a else x.q\n    return f(x) if a else f(x.r)\nf(a).fcurves",
        "".join(f"class C{i}(C{i + 1}().x.y): ...\n" for i in range(400)) + "C0().fcurves",
        "x = 1" + " + bpy.data" * 900,
    ],
)
def test_strange_code_is_judged_in_bounded_time(code: str) -> None:
    assert len(findings(code)) < 10


def test_most_values_of_an_operator_are_resolved() -> None:
    code = f"{OPERATOR}        obj = context.object\n        obj.data.materials[0].node_tree.nodes['x'].inputs[0]\n        unknown().x\n"
    module = analyze("__init__.py", f"import bpy\n{code}".encode(), [], _Everything())
    statistics = Judge([module], load_api(), BLENDER_SERIES).statistics()

    assert statistics.resolved == statistics.accesses > 5


class _Everything(frozenset[str]):
    """All names."""

    def __contains__(self, name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True


def test_the_name_of_a_file_may_contain_colons() -> None:
    code = """
    class Base:
        def scene(self):
            return bpy.context.scene

    class Gear(Base):
        tool: bpy.types.Scene

        def __init__(self, action):
            self.action = action

        def run(self):
            self.scene().node_tree
            self.scene.node_tree
            self.action.fcurves

    def make(scene):
        return scene

    Gear(bpy.data.actions[0]).run()
    make(bpy.context.scene).node_tree
    """
    assert names_in({"a:b.py": code}) == names_in({"ab.py": code}) != set()
