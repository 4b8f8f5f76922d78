"""What each rule about code reports and accepts, beyond its two examples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from textwrap import dedent
from typing import Any, BinaryIO

import pytest

from extery.analysis.module import analyze
from extery.core.errors import ProblemList
from extery.rules.context import RuleContext
from extery.rules.profiles import Profile
from extery.rules.rule import Scope
from extery.rules.run import run_rules
from extery.rules.sources import Sources

REGISTERS = "def register(): ...\ndef unregister(): ...\n"


def findings(files: dict[str, str], **table: Any) -> list[tuple[str, str]]:
    """Return code and place of the problems of an add-on with these modules."""
    files = {"__init__.py": REGISTERS, **{name: dedent(text) for name, text in files.items()}}

    @contextmanager
    def open_file(name: str) -> Iterator[BinaryIO]:
        yield BytesIO(files[name].encode())

    context = RuleContext(
        "source",
        names=list(files),
        open_file=open_file,
        table={"type": "add-on", "id": "gear_tool", "blender_version_min": "4.2.0", **table},
        profile=Profile.BLENDER_ORG,
    )
    pythons = [(3, 11), (3, 13)]
    modules = [analyze(n, t.encode(), pythons) for n, t in files.items() if n.endswith(".py")]
    # In this process: `tests/analysis` runs the other ones.
    context.__dict__["sources"] = Sources(modules, ["3.11", "3.13"], "gear_tool")
    problems = ProblemList()
    run_rules(Scope.CHECK, context, problems)
    return [(problem.code, str(problem.where)) for problem in problems]


def codes(source: str, **table: Any) -> set[str]:
    """Return the codes for a module that `__init__.py` imports."""
    files = {"__init__.py": f"from . import gears\n{REGISTERS}", "gears.py": source}
    permissions = {"files": "x", "network": "x", "clipboard": "x"}
    found = findings(files, **{"permissions": permissions, **table})
    return {code for code, _ in found} - {"code.unused-permission"}


OPERATOR = "import bpy\nclass A(bpy.types.Operator):\n"
REPORTED = {
    "code.import-path": [
        "import sys\nsys.path.insert(0, 'x')",
        "import sys\nsys.path = ['x'] + sys.path",
        "import sys\nsys.path += ['x']",
        "from sys import path\npath.append('x')",
        "import sys\nsys.modules['gears'] = sys",
        "import site\nsite.addsitedir('x')",
    ],
    "code.pip": [
        "import pip",
        "import ensurepip\nensurepip.bootstrap()",
        "import subprocess, sys\nCOMMAND = [sys.executable, '-m', 'pip', 'install', 'x']\nsubprocess.check_call(COMMAND)",
        "import os\nos.system('python -m pip install x')",
        "import os, sys\nos.system(f'{sys.executable} -m pip install x')",
    ],
    "code.dynamic-execution": [
        "exec(open('x').read())",
        "def f(x):\n    return eval(x)",
        "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))",
        "import marshal\nmarshal.loads(open('x', 'rb').read())",
    ],
    "code.thread-bpy": [
        "import bpy, threading\ndef f():\n    bpy.ops.mesh.primitive_cube_add()\nthreading.Timer(1, f).start()",
        (
            "import bpy\nfrom threading import Thread\nclass A:\n    def go(self):\n        Thread(target=self.work).start()\n"
            "    def work(self):\n        bpy.data.objects.new('x', None)"
        ),
        (
            "import bpy\nfrom concurrent.futures import ThreadPoolExecutor\ndef f(): bpy.data.scenes[0].name = 'x'\n"
            "ThreadPoolExecutor().submit(f)"
        ),
        (
            "import threading\ndef run(context):\n    wm = context.window_manager\n    def work():\n        wm.progress = 1\n"
            "    threading.Thread(target=work).start()"
        ),
    ],
    "code.taken-name": [
        f"{OPERATOR}    bl_idname = 'object.delete'\nbpy.utils.register_class(A)",
        f"{OPERATOR}    bl_idname = 'import_scene.gltf'\nCLASSES = (A,)",
        "import bpy\nclass VIEW3D_PT_view3d_cursor(bpy.types.Panel): ...\nCLASSES = (VIEW3D_PT_view3d_cursor,)",
        f"{OPERATOR}    bl_idname = 'gears.a'\nclass B(bpy.types.Operator):\n    bl_idname = 'gears.a'\nCLASSES = (A, B)",
        f"import inspect\n{OPERATOR}    bl_idname = 'object.delete'\ninspect.getmembers(1)",
    ],
    "code.preferences-name": [
        "import bpy\nbpy.context.preferences.addons['gear_tool'].preferences",
        "import bpy\nbpy.context.preferences.addons[__name__].preferences",
        "import bpy\nbpy.context.preferences.addons[__name__.split('.')[0]].preferences",
        "import bpy\nbpy.context.preferences.addons[__package__.split('.')[0]].preferences",
        "import bpy\nbpy.context.preferences.addons.get('gear_tool')",
        "import bpy\nclass P(bpy.types.AddonPreferences):\n    bl_idname = 'gear_tool'",
    ],
    "code.self-import": [
        "import gear_tool.other",
        "from gear_tool import other",
        "def f():\n    from gear_tool.x import y",
    ],
    "code.not-unregistered": [
        "import bpy\nbpy.utils.register_class(bpy.types.Panel)",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()",
        "from bpy.types import Scene\nfrom bpy.props import IntProperty\nScene.gear = IntProperty()",
        "import bpy\ndef d(self, context): ...\nbpy.types.VIEW3D_MT_add.append(d)",
        "import bpy\nkm = bpy.context.window_manager.keyconfigs.addon.keymaps.new('x')\nkm.keymap_items.new('a.b', 'A', 'PRESS')",
        "import bpy\nh = bpy.types.SpaceView3D.draw_handler_add(print, (), 'WINDOW', 'POST_PIXEL')",
        "import bpy.utils.previews\nicons = bpy.utils.previews.new()",
        "import bpy\ndef tick():\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)",
        "import bpy\ndef tick():\n    return 0.5\ndef start():\n    bpy.app.timers.register(tick)\ndef register():\n    start()",
        "import bpy\ndef tick():\n    return 0.5\ndef f():\n    bpy.app.timers.register(tick, persistent=True)",
        "import bpy\ndef tick():\n    return 1\ndef tock(): ...\nbpy.app.timers.register(tick)\nbpy.app.timers.unregister(tock)",
    ],
    "code.online-access": [
        "import requests\nrequests.get('https://example.org', timeout=1)",
        "from urllib.request import urlopen as get\nget('https://example.org')",
        "from http.client import HTTPSConnection\nHTTPSConnection('example.org')",
    ],
    "code.undeclared-permission": [
        "import cv2\ncv2.VideoCapture(0)",
        "import sounddevice\nsounddevice.rec(1)",
    ],
    "code.subprocess": [
        "import os\nos.startfile('x')",
        "from subprocess import Popen\nPopen(['x'])",
    ],
    "code.writes-own-folder": [
        "import os\nD = os.path.dirname(__file__)\ndef f():\n    with open(os.path.join(D, 'x'), 'w') as file: ...",
        "import os\ndef f():\n    path = os.path.join(os.path.dirname(__file__), 'x')\n    os.makedirs(path)",
        "from pathlib import Path\nPath(__file__).with_name('x').write_text('x')",
        "import shutil\nfrom pathlib import Path\nHERE = Path(__file__).parent\nshutil.copy('a', HERE / 'b')",
    ],
    "code.removed-module": [
        "import distutils.version",
        "from cgi import escape",
        "def f():\n    import telnetlib",
    ],
    "code.donation-link": [
        "URL = 'https://ko-fi.com/ada'",
        "def f(x):\n    return f'https://www.patreon.com/{x}'",
    ],
    "code.interference": [
        "import bpy\nbpy.ops.wm.save_userpref()",
        "import addon_utils\naddon_utils.disable('x')",
        "import bpy\nkc = bpy.context.window_manager.keyconfigs.default\nkm = kc.keymaps['Mesh']\nkm.keymap_items.remove(km.keymap_items[0])",
    ],
    "code.operator-name": [
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears.Add'",
        "import bpy\nclass A(bpy.types.Panel):\n    bl_idname = 'gears_panel'",
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears." + "x" * 60 + "'",
    ],
    "code.obfuscated": ["DATA = '" + "QUJD" * 1200 + "'"],
    "code.syntax": ["def f(:\n", "return 1\n", "type Gear = int\n"],
}

ACCEPTED = {
    "code.import-path": [
        "import sys\nprint(sys.path)",
        "import sys\nsys.modules['x']",
        "path = []\npath.append('x')",
    ],
    "code.pip": ["import subprocess\nsubprocess.run(['pipeline', 'install'])", "from . import pip"],
    "code.dynamic-execution": [
        "def f(x):\n    x.eval('1')",
        "import ast\nast.literal_eval('1')",
        "eval('1 + 1')",
        "CODE = 'print(1)'\nexec(CODE)",
        "def exec(x): ...\nexec(1 + 1)",
    ],
    "code.thread-bpy": [
        "import bpy, threading\ndef f():\n    bpy.app.timers.register(print)\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef g():\n    bpy.app.timers.register(lambda: bpy.data.scenes[0])\ndef f():\n    g()\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef g(context):\n    context.scene.x = 1\ndef f():\n    g(1)\nthreading.Thread(target=f).start()",
        "import bpy, threading\ndef f(): ...\ndef g():\n    bpy.data.objects.new('x', None)\nthreading.Thread(target=f).start()",
    ],
    "code.taken-name": [
        f"{OPERATOR}    bl_idname = 'gears.delete'\nCLASSES = (A,)",
        f"{OPERATOR}    bl_idname = 'object.delete'",  # never registered
        "class A:\n    bl_idname = 'object.delete'\nCLASSES = (A,)",
        "if 1:\n    import bpy\n    class A(bpy.types.Operator):\n        bl_idname = 'gears.a'\nelse:\n    class A(bpy.types.Operator):\n        bl_idname = 'gears.a'\nCLASSES = (A,)",
    ],
    "code.preferences-name": [
        "import bpy\nbpy.context.preferences.addons[__package__].preferences",
        "import bpy\nfrom . import __package__ as base\nbpy.context.preferences.addons[base].preferences",
        "import bpy\nclass P(bpy.types.AddonPreferences):\n    bl_idname = __package__",
    ],
    "code.self-import": [
        "from . import other",
        "import numpy",
        "try:\n    import gear_tool\nexcept ImportError:\n    pass",
    ],
    "code.not-unregistered": [
        "import bpy\nregister, unregister = bpy.utils.register_classes_factory([])\nbpy.utils.register_class(bpy.types.Panel)",
        "import bpy\ndef tick():\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)\ndef unregister():\n    bpy.app.timers.unregister(tick)",
        "import bpy\ndef tick():\n    if bpy.data.scenes:\n        return None\n    return 0.5\ndef register():\n    bpy.app.timers.register(tick)",
        "import bpy\ndef tick():\n    return 0.5\nclass A:\n    def execute(self, context):\n        bpy.app.timers.register(tick)",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()\ndef u():\n    del bpy.types.Scene.gear",
        "import bpy\nbpy.types.Scene.gear = bpy.props.IntProperty()\ndef u():\n    delattr(bpy.types.Scene, 'gear')",
        (
            "import bpy\nbpy.app.handlers.load_post.append(print)\ndef u():\n    for h in bpy.app.handlers.load_post:\n"
            "        bpy.app.handlers.load_post.remove(h)"
        ),
        (
            "import bpy\nkm = bpy.context.window_manager.keyconfigs.addon.keymaps.new('x')\nkm.keymap_items.new('a.b', 'A', 'PRESS')\n"
            "def u():\n    for keymap, item in []:\n        keymap.keymap_items.remove(item)"
        ),
    ],
    "code.online-access": [
        "import bpy, requests\nif bpy.app.online_access:\n    requests.get('x')",
        "import bpy, requests\nif getattr(bpy.app, 'online_access', True):\n    requests.get('x')",
        "import requests\nrequests.get('http://localhost:8080')",
        "import requests",
    ],
    "code.subprocess": ["class A:\n    def run(self): ...\nA().run()"],
    "code.writes-own-folder": [
        "from pathlib import Path\nTEXT = Path(__file__).with_name('x').read_text()\nopen('/tmp/x', 'w').write(TEXT)",
        "import os\ndef f():\n    path = os.path.dirname(__file__)\ndef g(path):\n    open(path, 'w')",
        "from pathlib import Path\nopen(Path(__file__).with_name('x'))",
    ],
    "code.removed-module": [
        "try:\n    import imp\nexcept ImportError:\n    imp = None",
        "from . import imp",
        "import importlib",
    ],
    "code.donation-link": ["URL = 'https://example.org/patreon'", "# https://ko-fi.com/ada"],
    "code.interference": [
        "import bpy\nkc = bpy.context.window_manager.keyconfigs.addon\nkm = kc.keymaps.new('Mesh')\nkm.keymap_items.remove(km.keymap_items[0])",
    ],
    "code.operator-name": [
        "import bpy\nclass A(bpy.types.Operator):\n    bl_idname = 'gears.add_2x'",
        "import bpy\nclass A(bpy.types.Panel):\n    bl_idname = 'GEARS_PT_panel'",
        "class A:\n    bl_idname = 'Anything'",
    ],
    "code.obfuscated": ["DATA = '" + "A long text. " * 500 + "'"],
}


@pytest.mark.parametrize(
    ("code", "source"), [(code, source) for code, sources in REPORTED.items() for source in sources]
)
def test_reported(code: str, source: str) -> None:
    assert code in codes(source)


@pytest.mark.parametrize(
    ("code", "source"), [(code, source) for code, sources in ACCEPTED.items() for source in sources]
)
def test_accepted(code: str, source: str) -> None:
    assert code not in codes(source)


@pytest.mark.parametrize(
    ("gears", "other", "place"),
    [
        (
            "from .other import load",
            "import bpy\ndef load():\n    bpy.data.objects.new('x', None)",
            "other.py:3:5",
        ),
        ("from . import other", "import bpy\ndef load():\n    bpy.data.objects.new('x', None)", ""),
        ("def load():\n    step()\ndef step():\n    bpy.ops.mesh.delete()", "", "gears.py:7:5"),
    ],
)
def test_a_thread_is_followed_into_what_its_function_calls(
    gears: str, other: str, place: str
) -> None:
    call = "other.load()" if not place else "load()"
    thread = (
        f"def work():\n    {call}\nimport bpy, threading\nthreading.Thread(target=work).start()"
    )
    files = {
        "__init__.py": f"from . import gears\n{REGISTERS}",
        "gears.py": f"import bpy\n{gears}\n{thread}"
        if other
        else f"import bpy\n\n\n{gears}\n{thread}",
        "other.py": other,
    }

    found = [where for code, where in findings(files) if code == "code.thread-bpy"]

    assert found == [place or "other.py:3:5"]


def test_a_name_is_taken_only_in_blenders_of_the_range() -> None:
    source = (
        "import bpy\nclass PROJECT_HT_header(bpy.types.Header): ...\nCLASSES = (PROJECT_HT_header,)"
    )

    assert "code.taken-name" in codes(source)
    assert "code.taken-name" not in codes(source, blender_version_max="5.0.0")


def test_a_removed_module_is_there_for_blenders_with_an_older_python() -> None:
    source = {"__init__.py": f"import imp\n{REGISTERS}"}

    assert "code.removed-module" in dict(findings(source))


@pytest.mark.parametrize(
    ("source", "permission", "is_needed"),
    [
        ("import bpy\nbpy.context.window_manager.clipboard = 'x'", "clipboard", True),
        (
            "import bpy\nclass A(bpy.types.Operator, bpy_extras.io_utils.ImportHelper): ...",
            "files",
            True,
        ),
        ("from bpy_extras.io_utils import ExportHelper\nclass A(ExportHelper): ...", "files", True),
        ("open('x', 'w')", "files", True),
        ("open('x', mode='ab')", "files", True),
        ("open('x')", "files", False),
        ("import shutil\nshutil.rmtree('x')", "files", True),
        ("from pathlib import Path\np = Path('x')\np.parent.mkdir()", "files", True),
        ("from pathlib import Path\nPath.home().joinpath('x').open('w')", "files", True),
        ("from pathlib import Path\nPath('x').open()", "files", False),
        ("from pathlib import Path\nPath('x').name.replace('a', 'b')", "files", False),
        ("def save(path):\n    path.write_text('x')", "files", True),
        ("class A:\n    def save(self):\n        self.write_text('x')", "files", False),
        ("import bpy\ndef save(image):\n    image.save_render('x')", "files", True),
        ("import zipfile\nzipfile.ZipFile('x', 'w')", "files", True),
        ("import zipfile\nzipfile.ZipFile('x')", "files", False),
        ("import socket\nsocket.socket()", "network", True),
        ("import socket\nsocket.gethostname()", "network", False),
    ],
)
def test_a_permission_that_the_code_needs_is_declared(
    source: str, permission: str, is_needed: bool
) -> None:
    code = "code.undeclared-permission"

    assert (code in codes(source, permissions={})) is is_needed
    assert code not in codes(source, permissions={permission: "x"})


def test_a_permission_is_unneeded_only_if_nothing_could_need_it() -> None:
    def unused(source: str) -> bool:
        found = findings({"__init__.py": source + REGISTERS}, permissions={"network": "x"})
        return "code.unused-permission" in dict(found)

    assert unused("import bpy\n")
    assert not unused("import requests\n")
    assert not unused("import subprocess\nsubprocess.run(['x'])\n")
    assert not unused("import unknown_library\n")
    assert not unused("import bpy\nbpy.ops.wm.url_open(url='x')\n")


def test_what_others_wrote_is_named_and_not_judged() -> None:
    found = findings(
        {
            "__init__.py": f"from .vendor import lib\n{REGISTERS}",
            "vendor/__init__.py": "",
            "vendor/lib.py": "import sys\nsys.path.append('x')\nexec(sys.argv[1])\n",
        }
    )

    assert found == [("code.vendored-library", "vendor")]


def test_tests_are_judged_only_if_the_add_on_imports_them() -> None:
    bad = "import sys\nsys.path.append('x')\n"

    assert findings({"tests/test_gears.py": bad}) == []
    assert ("code.import-path", "tests/gears.py:2:1") in findings(
        {
            "__init__.py": f"from .tests import gears\n{REGISTERS}",
            "tests/__init__.py": "",
            "tests/gears.py": bad,
        }
    )


@pytest.mark.parametrize(
    "files",
    [
        {
            "__init__.py": "from . import a\n",
            "a.py": "from .b import c\n",
            "b/__init__.py": "",
            "b/c.py": "",
        },
        {
            "__init__.py": "from .b import *\n",
            "b/__init__.py": "from .c import x\n",
            "b/c.py": "x = 1\n",
        },
        {
            "__init__.py": "import importlib\nimportlib.import_module('.a', __package__)\n",
            "a.py": "",
        },
        {
            "__init__.py": "import subprocess\nsubprocess.run(['blender', '-P', 'worker.py'])\n",
            "worker.py": "",
        },
        {"__init__.py": "MODULES = ('a', 'b')\n", "a.py": "", "b.py": ""},
    ],
    ids=["chain", "star", "dynamic", "started", "listed"],
)
def test_a_module_is_used_however_it_is_imported(files: dict[str, str]) -> None:
    files["__init__.py"] += REGISTERS

    assert "code.unused-module" not in dict(findings(files))


def test_several_unused_modules_are_one_problem() -> None:
    assert findings({"a.py": "", "b/c.py": ""}) == [("code.unused-module", "a.py")]


def test_an_add_on_without_register_or_unregister_is_named() -> None:
    assert ("code.no-unregister", "__init__.py") in findings(
        {"__init__.py": "def register(): ...\n"}
    )
    for source in (
        "import bpy\nregister, unregister = bpy.utils.register_classes_factory([])\n",
        "from .gears import register, unregister\n",
        "from .gears import *\n",
        "from . import gears\nregister = gears.register\nunregister = gears.unregister\n",
    ):
        found = findings({"__init__.py": source, "gears.py": REGISTERS})
        assert "code.no-unregister" not in dict(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    return maths.pi\n", True),
        ("def f():\n    return maths.pi + maths.e\n", True),
        ("from maths import *\nprint(pi)\n", False),
        (
            "import bpy\nclass A(bpy.types.Operator):\n    mode: bpy.props.EnumProperty(items=[('A', 'B', 'C')])\n",
            False,
        ),
        ("def f(x: 'Gear') -> None: ...\n", False),
        ("if 'bpy' in locals():\n    import importlib\n    importlib.reload(gears)\n", False),
        (
            "def f():\n    for i in range(3):\n        if i:\n            print(last)\n        last = i\n",
            False,
        ),
        ("print(maths)  # noqa: F821\n", False),
    ],
)
def test_undefined_names_are_found_by_ruff(source: str, expected: bool) -> None:
    found = findings({"__init__.py": f"from . import gears\n{REGISTERS}", "gears.py": source})
    assert [code for code, _ in found] == ["code.undefined-name"] * expected


def test_without_ruff_no_name_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery.rules.ruff.find_ruff", lambda: None)

    assert findings({"__init__.py": f"print(maths)\n{REGISTERS}"}) == []
