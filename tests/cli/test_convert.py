"""`extery convert`: old add-ons become extensions that have no errors and can be built."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.rules.report import CheckReport
from tests.author.convert.test_source import write_folder, write_tar, write_zip
from tests.samples.packages import XML

MODULE = b"""# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2019-2021 Ada Smith
bl_info = {
    "name": "Gear Tool",
    "author": "Ada Smith",
    "version": (1, 2),
    "blender": (2, 80, 0),
    "category": "Add Mesh",
    "description": "Adds gears of any size.",
    "doc_url": "https://gears.test/doc",
}

import bpy


class GEARS_OT_add(bpy.types.Operator):
    bl_idname = "gear_tool.add"
    bl_label = "Add Gear"

    def execute(self, context):
        preferences = context.preferences.addons[__name__].preferences
        return {"FINISHED"}


def register():
    bpy.utils.register_class(GEARS_OT_add)


def unregister():
    bpy.utils.unregister_class(GEARS_OT_add)
"""
PACKAGE = {
    "gears-main/README.md": b"# Gears\n",
    "gears-main/gears/__init__.py": MODULE.replace(
        b"import bpy\n", b"import bpy\nfrom gears import net\n", 1
    )
    + b"\n\nprint(bl_info['version'])\n",
    "gears-main/gears/net.py": b'import requests\nimport yaml\n\n\ndef load():\n    return requests.get("https://api.gears.test/list").json()\n',
    "gears-main/gears/old.py": b"print 'Python 2'\n",
    "gears-main/gears/icons/gear.png": b"\x89PNG\r\n\x1a\n\0\xff",
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, ["convert", *arguments])


def report(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def manifest(folder: str) -> dict[str, Any]:
    return tomllib.loads(Path(folder, "blender_manifest.toml").read_text("utf-8"))


def codes(document: dict[str, Any]) -> set[str]:
    return {problem["code"] for problem in document["problems"]}


def test_a_module_becomes_an_extension_without_problems() -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    result = run("gear_tool.py")
    assert result.exit_code == 0, result.output
    assert Path("gear_tool.py").read_bytes() == MODULE
    assert manifest("gear_tool") == {
        "schema_version": "1.0.0",
        "id": "gear_tool",
        "version": "1.2.0",
        "name": "Gear Tool",
        "tagline": "Adds gears of any size",
        "maintainer": "Ada Smith",
        "type": "add-on",
        "website": "https://gears.test/doc",
        "tags": ["Add Mesh"],
        "blender_version_min": "4.2.0",
        "license": ["SPDX:GPL-2.0-or-later"],
        "copyright": ["2019-2021 Ada Smith"],
    }
    source = Path("gear_tool/__init__.py").read_bytes()
    assert b"addons[__package__]" in source
    assert b"bl_info" not in source
    assert source.startswith(b"# SPDX-License-Identifier")
    assert "gear_tool.py:8, bl_info['category']" in result.stdout
    assert re.search(r"21 +__name__ → __package__", result.stdout)
    assert "Next: cd gear_tool, extery check, extery test." in result.stderr
    checked = CliRunner().invoke(extery, ["build", "gear_tool", "--output-dir", "dist"])
    assert checked.exit_code == 0, checked.output


def test_a_package_is_converted_and_what_is_left_to_decide_has_its_place() -> None:
    write_zip(Path("gears-main"), PACKAGE)
    document = report("gears-main.zip")
    assert document["ok"] is True
    assert document["id"] == "gears"
    places = {
        (problem["code"], problem["file"], problem["line"])
        for problem in document["problems"]
        if problem["code"].startswith("convert.")
    }
    assert {one for one in places if one[0] != "convert.permission-reason"} == {
        ("convert.bl-info-kept", "gears/__init__.py", 3),
        ("convert.library", "gears/net.py", 2),
        ("convert.not-changed", "gears/old.py", None),
    }
    assert manifest("gears")["permissions"] == {"network": "Connect to api.gears.test"}
    changes = {
        (one["path"], change["line"], change["text"])
        for one in document["changed"]
        for change in one["changes"]
    }
    assert ("__init__.py", 14, "from . import net") in changes
    assert Path("gears/icons/gear.png").read_bytes() == PACKAGE["gears-main/gears/icons/gear.png"]
    assert Path("gears/old.py").read_bytes() == PACKAGE["gears-main/gears/old.py"]
    assert Path("gears/README.md").is_file()
    assert "print(ADDON_INFO['version'])" in Path("gears/__init__.py").read_text()


def test_every_file_of_the_source_is_in_the_result_or_named() -> None:
    write_folder(
        Path("source"), {**PACKAGE, "gears-main/gears/__pycache__/a.pyc": b"", "x.txt": b""}
    )
    document = report("source")
    taken = {one["source"] for one in document["changed"]}
    taken |= {f"gears-main/gears/{path}" for path in document["files"]}
    taken |= {f"gears-main/{path}" for path in document["files"]}
    left = [one["path"] for one in document["left_out"]]
    for path in Path("source").rglob("*"):
        if path.is_file():
            name = path.relative_to("source").as_posix()
            assert name in taken or any(name.startswith(one) for one in left), name


def test_the_destination_is_never_replaced_and_never_inside_of_the_source() -> None:
    write_folder(Path("gears"), {"__init__.py": MODULE})
    Path("out").mkdir()
    for destination in ("out", "gears/out", "gears"):
        result = run("gears", destination)
        assert result.exit_code == 1
        assert "[convert.exists]" in result.output
    assert [path.name for path in Path("gears").iterdir()] == ["__init__.py"]
    assert report("gears")["folder"].endswith("gears-extension")
    assert run("gears").exit_code == 1  # a second time


_PATH = b"import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), 'libs'))\n"


@pytest.mark.parametrize(
    ("library", "stays"),
    [(b"NUMBER = 12\n", False), (b"import importlib\nimportlib.import_module(NAME)\n", True)],
    ids=["plain", "computed"],
)
def test_a_search_path_is_removed_if_nothing_is_searched_there_any_more(
    library: bytes, stays: bool
) -> None:
    main = MODULE.replace(b"import bpy\n", _PATH + b"import bpy\nfrom teeth import NUMBER\n", 1)
    write_folder(Path("gears"), {"__init__.py": main, "libs/teeth.py": library})
    document = report("gears", "out")
    source = Path("out/__init__.py").read_bytes()
    assert b"from .libs.teeth import NUMBER" in source
    assert (b"sys.path" in source) is stays
    assert ("code.import-path" in codes(document)) is stays


def test_bl_info_that_another_module_reads_through_the_name_of_the_add_on_is_found() -> None:
    panel = b"import gears\n\n\ndef version():\n    return gears.bl_info['version']\n"
    main = MODULE.replace(b"import bpy\n", b"import bpy\nfrom . import panel\n", 1)
    write_folder(Path("gears"), {"__init__.py": main, "panel.py": panel})
    document = report("gears", "out")
    assert "convert.bl-info-kept" in codes(document)
    assert b"gears.ADDON_INFO['version']" in Path("out/panel.py").read_bytes()
    assert b"ADDON_INFO = {" in Path("out/__init__.py").read_bytes()


def test_what_a_manifest_has_no_field_for_is_named() -> None:
    more = b'    "location": "View3D > Add > Mesh",\n    "warning": "",\n    "category"'
    Path("gear_tool.py").write_bytes(MODULE.replace(b'    "category"', more, 1))
    assert report("gear_tool.py", "out")["lost"] == {"location": "View3D > Add > Mesh"}
    result = run("gear_tool.py")
    assert re.search(
        r"location +View3D > Add > Mesh +is in no field of the manifest", result.stdout
    )


def test_a_dry_run_and_a_difference_write_nothing() -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    before = sorted(Path().rglob("*"))
    dry, diff = run("gear_tool.py", "--dry-run"), run("gear_tool.py", "--diff")
    assert (dry.exit_code, diff.exit_code) == (0, 0)
    assert sorted(Path().rglob("*")) == before
    assert "Would convert" in dry.stderr
    assert (
        "+        preferences = context.preferences.addons[__package__].preferences" in diff.stdout
    )
    assert '+id = "gear_tool"' in diff.stdout


def test_options_decide_and_wrong_ones_are_refused() -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    wrong = run("gear_tool.py", "--id", "9 gears", "--tags", "Nothing")
    assert wrong.exit_code == 1
    assert "manifest.id." in wrong.output
    assert not Path("gear_tool").exists()
    document = report(
        *("gear_tool.py", "out", "--id", "gears", "--license", "MIT", "--tags", "Mesh, Object"),
        *("--blender-version-min", "4.5", "--tagline", "Gears"),
    )
    found = manifest("out")
    assert (found["id"], found["license"], found["tags"]) == (
        "gears",
        ["SPDX:MIT"],
        ["Mesh", "Object"],
    )
    assert (found["blender_version_min"], found["tagline"]) == ("4.5.0", "Gears")
    assert "convert.guessed" not in codes(document)


def test_an_early_package_becomes_one_of_today() -> None:
    early = b'id = "gears"\nname = "Gears"\nversion = "1.0.0"\ntagline = "Adds gears."\nauthor = "Ada"\nlicense = "GPL v3"\n'
    files = {
        "bl_ext_pkg_manifest.toml": early,
        "__init__.py": b"import bpy\n\n\ndef register():\n    pass\n\n\ndef unregister():\n    pass\n",
    }
    write_tar(Path("gears"), files)
    document = report("gears.txz")
    found = manifest("gears")
    assert (found["id"], found["version"], found["tagline"]) == ("gears", "1.0.0", "Adds gears")
    assert (found["maintainer"], found["license"]) == ("Ada", ["SPDX:GPL-3.0-or-later"])
    assert sorted(path.name for path in Path("gears").iterdir()) == [
        "__init__.py",
        "blender_manifest.toml",
    ]
    assert not [one for one in document["problems"] if one["severity"] == "error"]


def test_an_early_package_of_a_theme_stays_a_theme() -> None:
    early = b'{"id": "dusk", "type": "theme", "name": "Dusk", "version": "1.0.0", "tagline": "Dark", "maintainer": "Ada", "license": ["SPDX:MIT"]}'
    write_tar(Path("dusk"), {"bl_ext_pkg_manifest.json": early, "dusk.xml": XML})
    document = report("dusk.txz")
    assert manifest("dusk")["type"] == "theme"
    assert Path("dusk/dusk.xml").read_bytes() == XML
    assert not [one for one in document["problems"] if one["severity"] == "error"]


def test_a_valid_manifest_is_kept_and_the_code_is_mended() -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    run("gear_tool.py", "made")
    data = Path("made/blender_manifest.toml").read_bytes() + b"# my comment\n"
    write_folder(Path("gear_tool"), {"__init__.py": MODULE, "blender_manifest.toml": data})
    document = report("gear_tool", "out")
    assert document["manifest"] == "kept"
    assert Path("out/blender_manifest.toml").read_bytes() == data
    assert b"__package__" in Path("out/__init__.py").read_bytes()
    (Path("gear_tool") / "blender_manifest.toml").write_bytes(data + b"[build]\npaths = []\n")
    assert report("gear_tool", "other", "--tagline", "Gears")["lost"] == {"build": "{'paths': []}"}


def test_the_licence_of_a_header_that_contradicts_the_file_is_to_be_decided() -> None:
    mit = b"Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files ... permission notice"
    write_folder(Path("gears"), {"__init__.py": MODULE, "LICENSE": mit})
    document = report("gears")
    decision = next(one for one in document["problems"] if one["code"] == "convert.guessed")
    assert "LICENSE:1 is MIT" in decision["message"]
    assert {(one["license"], one["kind"]) for one in document["licenses"]} == {
        ("GPL-2.0-or-later", "header"),
        ("MIT", "file"),
    }


def test_hostile_text_is_escaped_and_no_control_character_reaches_the_manifest() -> None:
    source = MODULE.replace(b"Gear Tool", b"Gear\\x1b[31m\\u202eTool").replace(
        b"Ada Smith", b"Ada\\nSmith"
    )
    Path("gear_tool.py").write_bytes(source)
    result = run("gear_tool.py")
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert (manifest("gear_tool")["name"], manifest("gear_tool")["maintainer"]) == (
        "Gear[31mTool",
        "Ada Smith",
    )


@pytest.mark.parametrize(
    "source",
    [
        b"bl_info = " + b"(" * 50_000,
        b"bl_info = {'name': '" + b"x" * 3_000_000 + b"'}",
        b"bl_info = \0",
        b"bl_info = {**x, 1: 2}\n",
    ],
    ids=["deep", "large", "nul", "computed"],
)
def test_a_module_that_cannot_be_read_is_copied_as_it_is(source: bytes) -> None:
    Path("gears.py").write_bytes(source)
    document = report("gears.py")
    assert document["ok"] is True
    written = Path("gears/__init__.py").read_bytes()
    assert written == source or b"bl_info" not in written


def test_an_interrupted_conversion_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gear_tool.py").write_bytes(MODULE)

    def interrupt(*_arguments: object) -> None:
        assert len(list(Path().glob(".gear_tool.*.new/*"))) == 2  # all files, under another name
        assert not Path("gear_tool").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr("extery.author.convert.run.publish", interrupt)
    run("gear_tool.py")
    assert [path.name for path in Path().iterdir()] == ["gear_tool.py"]


def test_a_folder_that_another_process_makes_meanwhile_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("gear_tool.py").write_bytes(MODULE)

    def check(*_arguments: object, **_options: object) -> object:
        Path("gear_tool").mkdir()
        Path("gear_tool/mine").touch()
        return CheckReport("folder", "")

    monkeypatch.setattr("extery.author.convert.run.check_path", check)
    assert "[convert.exists]" in run("gear_tool.py").output
    assert [path.name for path in Path("gear_tool").iterdir()] == ["mine"]


def test_without_libcst_the_command_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    monkeypatch.setattr("extery.author.convert.run.find_spec", lambda _name: None)
    result = run("gear_tool.py")
    assert result.exit_code == 1
    assert "pip install 'extery[convert]'" in result.output


def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gear_tool.py").write_bytes(MODULE)

    def fail(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    result = run("gear_tool.py", "a/b/c")
    assert result.exit_code == 1
    assert "[convert.unwritable]" in result.output
    assert [path.name for path in Path().iterdir()] == ["gear_tool.py"]


def test_a_destination_with_a_name_that_is_too_long_is_an_error() -> None:
    Path("gear_tool.py").write_bytes(MODULE)
    result = run("gear_tool.py", "a" * 300, "--no-input")
    assert result.exit_code == 1
    assert "[convert.unwritable]" in result.stderr
