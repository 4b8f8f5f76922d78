"""What reaches beyond Blender, the libraries, the files and the permissions."""

from __future__ import annotations

import pytest

from extery.inventory.model import PermissionUse
from tests.inventory.samples import inventory_of, names, only


def test_hosts_say_whether_they_are_requested_opened_or_only_mentioned() -> None:
    inventory = inventory_of(
        '''
        """See https://docs.example.org/gears for more."""
        import bpy, requests
        from . import urls
        API = "https://api.example.com"
        def fetch(name):
            return requests.get(f"{API}/gears/{name}", timeout=5).json()
        def more():
            return requests.post("https://stats.example.com/count")
        def help():
            bpy.ops.wm.url_open(url="https://help.example.net/")
        '''
    )

    uses = {one.name: one.fields["use"] for one in inventory.of_kind("hosts")}
    assert uses == {
        "api.example.com": "requested",
        "stats.example.com": "requested",
        "help.example.net": "browser",
        "docs.example.org": "mentioned",
    }
    urls = {one.name: one.fields["url"] for one in inventory.of_kind("network")}
    assert urls == {
        "requests.get": "https://api.example.com/gears/{}",
        "requests.post": "https://stats.example.com/count",
    }


@pytest.mark.parametrize(
    ("call", "program"),
    [
        ("subprocess.run(['ffmpeg', '-i', path])", "ffmpeg"),
        ("subprocess.Popen('git status', shell=True)", "git"),
        ("subprocess.run([sys.executable, '-m', 'pip'])", "sys.executable"),
        ("subprocess.check_call([TOOL, path])", "inkscape"),
        ("os.system('rm -rf x')", "rm"),
        ("subprocess.run(arguments)", ""),
        ("subprocess.run([find_tool()])", ""),
    ],
)
def test_the_program_of_a_call_is_named_if_it_is_known(call: str, program: str) -> None:
    code = f"import os, subprocess, sys\nTOOL = 'inkscape'\ndef run(path, arguments):\n    {call}\n"

    assert only(inventory_of(code), "programs").name == program


def test_environment_variables_say_whether_they_are_written() -> None:
    inventory = inventory_of(
        """
        import os
        os.environ["OCIO"] = "x"
        a = os.environ["HOME"], os.environ.get("LANG"), os.getenv("TERM")
        """
    )

    found = {(one.name, one.fields["access"]) for one in inventory.of_kind("environment")}
    assert found == {("OCIO", "write"), ("HOME", "read"), ("LANG", "read"), ("TERM", "read")}


def test_native_and_dynamic_code_is_listed() -> None:
    inventory = inventory_of(
        {
            "__init__.py": "import ctypes\nctypes.CDLL('libgears.so')\nexec(open('a').read())\n",
            "lib/gears.bin": b"\x7fELF" + bytes(100),
        }
    )

    assert names(inventory, "native_code") == ["libgears.so", "lib/gears.bin"]
    assert names(inventory, "dynamic_code") == ["exec"]
    assert only(inventory, "files_read").fields["path"] == "a"


def test_modules_have_their_origin() -> None:
    inventory = inventory_of(
        {
            "__init__.py": """
            import bpy, json, numpy, shapely, secretlib, helpers
            try:
                import fancy
            except ImportError:
                fancy = None
            """,
            "helpers.py": "",
            "wheels/shapely-2.0-cp311-cp311-manylinux_2_28_x86_64.whl": b"",
        },
        {"wheels": ["./wheels/shapely-2.0-cp311-cp311-manylinux_2_28_x86_64.whl"]},
    )

    origins = {one.name: one.fields["origin"] for one in inventory.of_kind("modules")}
    assert origins == {
        "bpy": "blender",
        "json": "python",
        "numpy": "shipped",
        "shapely": "wheel",
        "secretlib": "unknown",
        "helpers": "own",
        "fancy": "unknown",
    }
    optional = [one.name for one in inventory.of_kind("modules") if one.fields["optional"]]
    assert optional == ["fancy"]
    wheel = only(inventory, "wheels")
    assert (wheel.name, wheel.fields["version"], wheel.fields["listed"]) == ("shapely", "2.0", True)


def test_permissions_are_shown_beside_their_uses() -> None:
    inventory = inventory_of(
        "import requests\nrequests.get('https://example.com')\n",
        {"permissions": {"files": "Save gears"}},
    )

    found = {one.name: (one.reason, one.uses) for one in inventory.permissions}
    assert found == {
        "network": (None, (PermissionUse("__init__.py", 2, "requests.get"),)),
        "files": ("Save gears", ()),
    }


def test_the_settings_of_a_theme_are_counted_by_area() -> None:
    theme = """<bpy><Theme><user_interface><ThemeUserInterface menu_shadow_fac="0.4" icon_scene="#ff0000">
    </ThemeUserInterface></user_interface><view_3d><ThemeView3D grid="#545454"/></view_3d></Theme></bpy>"""

    inventory = inventory_of({"gears.xml": theme}, {"type": "theme"})

    found = {
        one.name: (one.fields["settings"], one.fields["colors"])
        for one in inventory.of_kind("theme_settings")
    }
    assert found == {"user_interface": (2, 1), "view_3d": (1, 1)}


def test_the_files_of_an_asset_library_are_listed_with_sizes() -> None:
    inventory = inventory_of({"a.blend": b"BLENDER", "b.txt": b""}, {"type": "asset-library"})

    entry = only(inventory, "assets")
    assert (entry.name, entry.fields["size"]) == ("a.blend", 7)
