"""Changes of modules: each with the source before and after, byte for byte."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from extery.author.convert.code.job import Job

JOB = Job(
    names=frozenset({"gears", "gears_tool"}),
    modules=frozenset({"utils", "ui", "ui.panels", "ui.lists", "libs", "libs.teeth"}),
    search_paths=frozenset({"", "libs"}),
    constants=frozenset({"ADDON_NAME", "get_name"}),
    unneeded={"__init__.py": [(3, "calc_normals")]},
)


class Case(NamedTuple):
    """A source, what it becomes in the main module, and what it becomes in ``ui/panels.py`` if that differs."""

    before: str
    after: str
    in_folder: str | None = None


BASE = "from .. import __package__ as base_package\n"
CASES = {
    "from-package": Case(
        "from gears.ui import panels\n", "from .ui import panels\n", "from . import panels\n"
    ),
    "from-package-itself": Case(
        "from gears import utils  # a comment\n",
        "from . import utils  # a comment\n",
        "from .. import utils  # a comment\n",
    ),
    "alias": Case(
        "import gears.ui.panels as p\n",
        "from .ui import panels as p\n",
        "from . import panels as p\n",
    ),
    "package-and-module": Case(
        "import gears.utils\n\ngears.utils.run()\n",
        'import importlib\nimportlib.import_module(".utils", __package__)\n'
        "gears = importlib.import_module(__package__)\n\ngears.utils.run()\n",
        f'import importlib\n{BASE}importlib.import_module(".utils", base_package)\n'
        "gears = importlib.import_module(base_package)\n\ngears.utils.run()\n",
    ),
    "sibling": Case(
        "import utils, os\n",
        "from . import utils\nimport os\n",
        "from .. import utils\nimport os\n",
    ),
    "sibling-in-function": Case(
        "def f():\n    # why\n    import utils as u\n    u.run()\n",
        "def f():\n    # why\n    from . import utils as u\n    u.run()\n",
        "def f():\n    # why\n    from .. import utils as u\n    u.run()\n",
    ),
    "one-line": Case(
        "if x: import utils\n", "if x: from . import utils\n", "if x: from .. import utils\n"
    ),
    "name-that-a-function-imports-later": Case(
        "def f():\n    import gears.utils\n    import importlib\n",
        "import importlib as _importlib\ndef f():\n"
        '    _importlib.import_module(".utils", __package__)\n'
        "    gears = _importlib.import_module(__package__)\n    import importlib\n",
        f"import importlib as _importlib\n{BASE}def f():\n"
        '    _importlib.import_module(".utils", base_package)\n'
        "    gears = _importlib.import_module(base_package)\n    import importlib\n",
    ),
    "path-in-another-folder": Case(
        'import os\nold = os.path.join(build, "addons", "gears")\n',
        'import os\nold = os.path.join(build, "addons", "gears")\n',
    ),
    "several-folders": Case(
        'import bpy\nfor f in bpy.utils.script_paths(subdir="addons/gears"): print(f)\n',
        'import bpy\nfor f in bpy.utils.script_paths(subdir="addons/gears"): print(f)\n',
    ),
    "folder-that-is-made": Case(
        'import bpy\np = bpy.utils.user_resource("SCRIPTS", path="addons/gears/x", create=True)\n',
        'import bpy\np = bpy.utils.user_resource("SCRIPTS", path="addons/gears/x", create=True)\n',
    ),
    "add-ons-of-others": Case(
        'addons = {"gears": 5}\nx = addons["gears"], self.addons["gears"]\n',
        'addons = {"gears": 5}\nx = addons["gears"], self.addons["gears"]\n',
    ),
    "properties-of-a-star-import": Case(
        "from bpy.props import *\nfrom bpy.types import PropertyGroup\n"
        "class S(PropertyGroup):\n    a = IntProperty()\n",
        "from bpy.props import *\nfrom bpy.types import PropertyGroup\n"
        "class S(PropertyGroup):\n    a: IntProperty()\n",
    ),
    "module-of-a-package": Case(
        "import ui.lists\n",
        "from . import ui\nfrom .ui import lists as _ui_lists\n",
        "from .. import ui\nfrom . import lists as _ui_lists\n",
    ),
    "search-path": Case(
        "from teeth import Tooth\n",
        "from .libs.teeth import Tooth\n",
        "from ..libs.teeth import Tooth\n",
    ),
    "import-module": Case(
        'import importlib\nm = importlib.import_module("gears.utils")\n',
        'import importlib\nm = importlib.import_module(".utils", __package__)\n',
        f'{BASE}import importlib\nm = importlib.import_module(".utils", base_package)\n',
    ),
    "import-module-computed": Case(
        'import importlib\nm = importlib.import_module("gears." + name)\nn = importlib.import_module(f"gears.ui.{name}")\n',
        'import importlib\nm = importlib.import_module("." + name, __package__)\nn = importlib.import_module(f".ui.{name}", __package__)\n',
        f'{BASE}import importlib\nm = importlib.import_module("." + name, base_package)\nn = importlib.import_module(f".ui.{{name}}", base_package)\n',
    ),
    "auto-load": Case(
        "def get(directory):\n    return list(iter_submodules(directory, directory.name))\n",
        "def get(directory):\n    return list(iter_submodules(directory, __package__))\n",
        f"{BASE}def get(directory):\n    return list(iter_submodules(directory, base_package))\n",
    ),
    "preferences-splitext": Case(
        "p = prefs.addons[os.path.splitext(__name__)[0]]\n",
        "p = prefs.addons[__package__]\n",
        f"{BASE}p = prefs.addons[base_package]\n",
    ),
    "function": Case(
        "import os\ndef get_name():\n    # of the folder\n    return os.path.basename(get_path())\n",
        "import os\ndef get_name():\n    # of the folder\n    return __package__\n",
        f"{BASE}import os\ndef get_name():\n    # of the folder\n    return base_package\n",
    ),
    "others": Case(
        "import numpy.utils\nfrom ui_tools import x\nimport json\n",
        "import numpy.utils\nfrom ui_tools import x\nimport json\n",
    ),
    "preferences-literal": Case(
        'p = context.preferences.addons["gears"].preferences\n',
        "p = context.preferences.addons[__package__].preferences\n",
        f"{BASE}p = context.preferences.addons[base_package].preferences\n",
    ),
    "preferences-name": Case(
        "p = context.preferences.addons[__name__].preferences\n",
        "p = context.preferences.addons[__package__].preferences\n",
        f"{BASE}p = context.preferences.addons[base_package].preferences\n",
    ),
    "preferences-split": Case(
        "p = context.preferences.addons.get(__name__.split('.')[0])\n",
        "p = context.preferences.addons.get(__package__)\n",
        f"{BASE}p = context.preferences.addons.get(base_package)\n",
    ),
    "preferences-file": Case(
        "p = prefs.addons[os.path.basename(os.path.dirname(__file__))]\n",
        "p = prefs.addons[__package__]\n",
        f"{BASE}p = prefs.addons[base_package]\n",
    ),
    "preferences-constant": Case(
        'ADDON_NAME = "gears"\np = prefs.addons[ADDON_NAME]\n',
        "ADDON_NAME = __package__\np = prefs.addons[ADDON_NAME]\n",
        f"{BASE}ADDON_NAME = base_package\np = prefs.addons[ADDON_NAME]\n",
    ),
    "preferences-of-another": Case(
        'p = prefs.addons["cycles"].preferences\n', 'p = prefs.addons["cycles"].preferences\n'
    ),
    "is-enabled": Case(
        'on = "gears" in prefs.addons.keys()\n',
        "on = __package__ in prefs.addons.keys()\n",
        f"{BASE}on = base_package in prefs.addons.keys()\n",
    ),
    "preferences-class": Case(
        "class P(bpy.types.AddonPreferences):\n    bl_idname = __name__  # id\n",
        "class P(bpy.types.AddonPreferences):\n    bl_idname = __package__  # id\n",
        f"{BASE}class P(bpy.types.AddonPreferences):\n    bl_idname = base_package  # id\n",
    ),
    "operator": Case(
        'bpy.ops.preferences.addon_show(module="gears")\n',
        "bpy.ops.preferences.addon_show(module=__package__)\n",
        f"{BASE}bpy.ops.preferences.addon_show(module=base_package)\n",
    ),
    "docstring-and-future": Case(
        '"""Doc."""\nfrom __future__ import annotations\n\nx = __name__.split(".")[0]\n',
        '"""Doc."""\nfrom __future__ import annotations\n\nx = __package__\n',
        f'"""Doc."""\nfrom __future__ import annotations\n\n{BASE}\nx = base_package\n',
    ),
    "path": Case(
        'import os\np = os.path.join(bpy.utils.user_resource("SCRIPTS", path="addons"), "gears", "icons")\n',
        'import os\np = os.path.join(os.path.dirname(__file__), "icons")\n',
        'import os\np = os.path.join(os.path.dirname(os.path.dirname(__file__)), "icons")\n',
    ),
    "path-in-one-text": Case(
        "import os\np = bpy.utils.user_resource('SCRIPTS', path='addons/gears')\n",
        "import os\np = os.path.dirname(__file__)\n",
        "import os\np = os.path.dirname(os.path.dirname(__file__))\n",
    ),
    "imp": Case("import imp\nimp.reload(x)\n", "import importlib\nimportlib.reload(x)\n"),
    "imp-with-more": Case(
        "import imp\nimp.load_source('a', 'b')\n", "import imp\nimp.load_source('a', 'b')\n"
    ),
    "shader": Case(
        "import gpu\ns = gpu.shader.from_builtin('2D_UNIFORM_COLOR')\n",
        "import gpu\ns = gpu.shader.from_builtin('UNIFORM_COLOR')\n",
    ),
    "stl": Case(
        "import bpy\nbpy.ops.import_mesh.stl(filepath=path)\n",
        "import bpy\nbpy.ops.wm.stl_import(filepath=path)\n",
    ),
    "stl-with-options": Case(
        "import bpy\nbpy.ops.import_mesh.stl(filepath=path, axis_up='Y')\n",
        "import bpy\nbpy.ops.import_mesh.stl(filepath=path, axis_up='Y')\n",
    ),
    "user-resource": Case(
        "import bpy\np = bpy.utils.user_resource('SCRIPTS', 'presets', True)\n",
        "import bpy\np = bpy.utils.user_resource('SCRIPTS', path='presets', create=True)\n",
    ),
    "user-preferences": Case(
        "v = bpy.context.user_preferences.view\n", "v = bpy.context.preferences.view\n"
    ),
    "annotation": Case(
        "from bpy.props import IntProperty\nclass O(bpy.types.Operator):\n    n = IntProperty(default=1)  # teeth\n    k = 3\n",
        "from bpy.props import IntProperty\nclass O(bpy.types.Operator):\n    n: IntProperty(default=1)  # teeth\n    k = 3\n",
    ),
    "annotation-of-another-class": Case(
        "from bpy.props import IntProperty\nclass O:\n    n = IntProperty(default=1)\n",
        "from bpy.props import IntProperty\nclass O:\n    n = IntProperty(default=1)\n",
    ),
    "menu": Case(
        "class M(bpy.types.Menu):\n    bl_label = 'M'\n    bl_options = {'REGISTER'}\n",
        "class M(bpy.types.Menu):\n    bl_label = 'M'\n",
    ),
    "node-menu": Case(
        "bpy.types.NODE_MT_category_SH_NEW_OUTPUT.append(draw)\n",
        "bpy.types.NODE_MT_category_shader_output.append(draw)\n",
    ),
    "bl-ui": Case(
        "sys.path.append('../startup/bl_ui')\nfrom space_view3d import P\n",
        "sys.path.append('../startup/bl_ui')\nfrom bl_ui.space_view3d import P\n",
    ),
}


def change(path: str, source: str, job: Job = JOB) -> str:
    from extery.author.convert.code.change import change_module

    return change_module(path, source.encode(), job).source.decode()


@pytest.mark.parametrize("name", CASES)
def test_a_source_becomes_that_of_an_extension(name: str) -> None:
    case = CASES[name]
    assert change("__init__.py", case.before) == case.after
    in_folder = case.after if case.in_folder is None else case.in_folder
    assert change("ui/panels.py", case.before) == in_folder


@pytest.mark.parametrize("name", CASES)
def test_a_changed_source_does_not_change_again(name: str) -> None:
    after = change("__init__.py", CASES[name].before)
    assert change("__init__.py", after) == after


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_the_byte_order_mark_and_the_encoding_stay(end: str) -> None:
    from extery.author.convert.code.change import change_module

    lines = ["from gears import utils", "", "x = 'ä'  # ü", "if x:", "\tpass", ""]
    before = b"\xef\xbb\xbf" + end.join(lines).encode()
    after = change_module("__init__.py", before, JOB).source
    assert after == before.replace(b"from gears import", b"from . import")
    latin = "# coding: latin-1\nfrom gears import utils  # ä\n".encode("latin-1")
    assert change_module("__init__.py", latin, JOB).source == latin.replace(b"gears", b".", 1)


def test_a_call_without_effect_is_removed_at_its_line_only() -> None:
    source = "def f(mesh):\n    mesh.update()\n    mesh.calc_normals()\n    mesh.calc_normals()\n"
    assert change("__init__.py", source) == source.replace("    mesh.calc_normals()\n", "", 1)


def test_bl_info_is_removed_and_the_comment_above_it_stays() -> None:
    source = "import bpy\n\n# What it does.\nbl_info = {'name': 'Gears'}\n\n\ndef register():\n    pass\n"
    after = change("__init__.py", source, JOB._replace(bl_info="remove"))
    assert "bl_info" not in after
    assert "# What it does.\n" in after
    assert "def register():" in after
    assert change("ui/panels.py", source, JOB._replace(bl_info="remove")) == source


def test_bl_info_that_is_read_gets_another_name_and_that_of_others_stays() -> None:
    source = "from gears import bl_info\nprint(bl_info['version'], other.bl_info)\n"
    after = change("ui/panels.py", source, JOB._replace(bl_info="INFO"))
    assert after == "from .. import INFO\nprint(INFO['version'], other.bl_info)\n"


def test_lines_of_changes_are_those_of_the_original() -> None:
    from extery.author.convert.code.change import change_module

    source = '"""Doc."""\n# comment\nimport gears.utils\n\n\ndef f():\n    return prefs.addons["gears"]\n'
    changes = change_module("ui/panels.py", source.encode(), JOB).changes
    assert sorted({(one.line, one.kind) for one in changes}) == [
        (3, "relative-import"),
        (7, "package-name"),
    ]


def test_lines_that_add_folders_to_the_search_path_are_removed_where_they_are_not_needed() -> None:
    source = "import os, sys\nhere = os.path.dirname(__file__)\nif here not in sys.path:\n    sys.path.append(here)\nsys.path.append(other)\n"
    job = JOB._replace(search_lines={"__init__.py": [4]})
    after = change("__init__.py", source, job)
    assert after == "import os, sys\nhere = os.path.dirname(__file__)\nsys.path.append(other)\n"
    assert change("ui/panels.py", source, job) == source


UPDATER_USES = """\
import bpy
# Updates.
from . import addon_updater_ops
from .addon_updater_ops import updater as engine


class Panel(bpy.types.Panel):
    def draw(self, context):
        addon_updater_ops.check_for_update_background()
        self.layout.label(text="Gears")
        if addon_updater_ops.updater.update_ready:
            self.layout.label(text="Update!")


@addon_updater_ops.make_annotations
class Preferences(bpy.types.AddonPreferences):
    auto_check_update = bpy.props.BoolProperty()
    teeth: bpy.props.IntProperty()

    def draw(self, context):
        addon_updater_ops.update_settings_ui(self, context)


def register():
    engine.verbose = False
    addon_updater_ops.register(bl_info)
    bpy.utils.register_class(Panel)
"""


def test_an_updater_is_removed_with_everything_that_uses_it() -> None:
    from extery.author.convert.code.change import change_module

    job = JOB._replace(
        modules=JOB.modules | {"addon_updater_ops"}, updaters=frozenset({"addon_updater_ops"})
    )
    result = change_module("__init__.py", UPDATER_USES.encode(), job)
    after = result.source.decode()
    compile(after, "after", "exec")
    for word in ("updater", "engine", "auto_check_update", "update_ready", "bl_info"):
        assert word not in after
    for word in ("# Updates.", 'label(text="Gears")', "teeth:", "register_class(Panel)"):
        assert word in after
    assert result.remarks == []


def test_a_use_of_an_updater_that_cannot_be_removed_is_named() -> None:
    from extery.author.convert.code.change import change_module

    job = JOB._replace(updaters=frozenset({"addon_updater_ops"}))
    source = "from . import addon_updater_ops\nversion = addon_updater_ops.updater.version\n"
    remarks = change_module("__init__.py", source.encode(), job).remarks
    assert [(one.line, one.code) for one in remarks] == [(2, "convert.updater-left")]


def test_texts_that_name_own_modules_are_named() -> None:
    from extery.author.convert.code.change import change_module

    source = "m = __import__('gears.utils')\nt = 'gears.nothing'\n"
    remarks = change_module("__init__.py", source.encode(), JOB).remarks
    assert [(one.line, one.code) for one in remarks] == [(1, "convert.own-module")]


def test_paths_with_the_old_name_and_lists_of_add_ons_are_named() -> None:
    from extery.author.convert.code.change import change_module

    source = (
        "import addon_utils\np = '/home/me/scripts/addons/gears/x'\nm = addon_utils.modules()\n"
    )
    remarks = change_module("__init__.py", source.encode(), JOB).remarks
    assert sorted((one.line, one.code) for one in remarks) == [
        (2, "convert.own-path"),
        (3, "convert.addon-utils"),
    ]
