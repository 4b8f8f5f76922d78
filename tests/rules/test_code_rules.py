"""What each rule about code reports and accepts, beyond its two examples."""

from __future__ import annotations

import pytest

from tests.rules.code_findings import REGISTERS, codes, findings
from tests.rules.code_samples import ACCEPTED, REPORTED


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


def test_a_folder_of_tools_is_judged_if_a_part_of_the_add_on_imports_it() -> None:
    bad = "import sys\nsys.path.append('x')\n"
    found = ("code.import-path", "core/tools/gears.py:2:1")
    files = {"core/tools/gears.py": bad, "core/tools/__init__.py": "", "core/__init__.py": ""}

    assert found not in findings(files)
    # The add-on loads its panels in a way that cannot be followed.
    assert found in findings({**files, "panel.py": "from .core.tools import gears\ngears"})
    loader = f"import importlib\nfor n in (1,):\n    importlib.import_module(str(n))\n{REGISTERS}"
    assert found in findings({**files, "__init__.py": loader})
    tests = {path.replace("tools", "tests"): text for path, text in files.items()}
    assert findings({**tests, "__init__.py": loader}) == []


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
