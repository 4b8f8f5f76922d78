"""`extery inspect` and `extery diff`: what they read, their output and their exit status."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.analysis_in_process import analyze_here

MANIFEST = """\
schema_version = "1.0.0"
id = "gear_tool"
version = "1.0.0"
name = "Gear Tool"
tagline = "Makes gears"
maintainer = "Ada"
type = "add-on"
blender_version_min = "4.2.0"
license = ["SPDX:GPL-3.0-or-later"]
"""
CODE = """\
import bpy
class Add(bpy.types.Operator):
    bl_idname = "mesh.gear_add"
    bl_label = "Gear"
def register():
    bpy.utils.register_class(Add)
def unregister():
    bpy.utils.unregister_class(Add)
"""
NETWORK = """\
import requests
def fetch():
    return requests.get("https://gears.example.com/list")
"""


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery.inventory.read.analyze_all", analyze_here)
    monkeypatch.setattr("extery.rules.sources.analyze_all", analyze_here)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, list(map(str, arguments)))


def folder(path: Path, code: str = CODE, manifest: str = MANIFEST) -> Path:
    path.mkdir()
    if manifest:
        (path / "blender_manifest.toml").write_text(manifest)
    (path / "__init__.py").write_text(code)
    return path


def package(path: Path, source: Path, root: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, root + file.name)
    return path


def test_a_folder_is_shown_in_sections(tmp_path: Path) -> None:
    result = run("inspect", folder(tmp_path / "a"))

    assert result.exit_code == 0
    assert "gear_tool 1.0.0  Gear Tool" in result.stdout
    assert "Operators (1)\n  mesh.gear_add  __init__.py:2  Gear\n" in result.stdout
    assert "Panels" not in result.stdout
    assert "Found 2 entries in 1 file." in result.stderr


def test_a_package_has_the_inventory_of_its_folder(tmp_path: Path) -> None:
    source = folder(tmp_path / "a")
    zipped = package(tmp_path / "a.zip", source)

    documents = [
        json.loads(run("inspect", path, "--json").stdout)["inventory"] for path in (source, zipped)
    ]

    assert documents[0]["operators"] == documents[1]["operators"] != []
    assert documents[0]["files"] == documents[1]["files"] != []
    assert documents[1]["package_size"] == zipped.stat().st_size
    assert run("diff", source, zipped).stderr == "No differences. No problems.\n"


@pytest.mark.parametrize("root", ["", "gears-main/"])
def test_older_add_ons_without_a_manifest_are_read_too(tmp_path: Path, root: str) -> None:
    code = 'bl_info = {"name": "Gears"}\n' + CODE
    source = folder(tmp_path / "a", code, manifest="")
    zipped = package(tmp_path / "a.zip", source, root)

    for path in (source, zipped):
        result = run("inspect", path)
        assert result.exit_code == 0, result.output
        assert "mesh.gear_add  __init__.py:3  Gear" in result.stdout
        assert "Manifest  none" in result.stdout


def test_an_add_on_that_is_one_file_is_read_and_compared(tmp_path: Path) -> None:
    old, new = tmp_path / "old" / "gears.py", tmp_path / "gears.py"
    old.parent.mkdir()
    old.write_text(CODE)
    new.write_text(CODE + NETWORK)

    assert "mesh.gear_add  gears.py:2  Gear" in run("inspect", new).stdout
    result = run("diff", old, new, "--text")
    assert "+import requests" in result.stdout
    assert "  ~  gears.py" in result.stdout


def test_long_lists_are_cut_unless_all_is_wanted(tmp_path: Path) -> None:
    code = "import bpy\n" + "".join(
        f"class O{i}(bpy.types.Operator):\n    bl_idname = 'a.o{i:02}'\n" for i in range(14)
    )
    source = folder(tmp_path / "a", code)

    short, long = run("inspect", source).stdout, run("inspect", source, "--all").stdout

    assert "… and 4 more (--all shows them)" in short
    assert ("a.o13" in short, "a.o13" in long) == (False, True)


def test_control_characters_are_escaped(tmp_path: Path) -> None:
    code = CODE.replace('"Gear"', r'"\x1b[31mred\u202e\n"') + r"open('\x07')" + "\n"
    source = folder(tmp_path / "a", code)

    result = run("inspect", source)

    assert r"\x1b[31mred\u202e\n" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_a_file_that_is_no_package_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip")

    for command in (("inspect",), ("diff", tmp_path / "a.zip")):
        result = run(*command, tmp_path / "a.zip")
        assert result.exit_code == 1
        assert "package.not-zip" in result.stderr


def test_new_permissions_hosts_and_calls_come_first(tmp_path: Path) -> None:
    old = folder(tmp_path / "a")
    manifest = MANIFEST.replace('version = "1.0.0"\nname', 'version = "1.1.0"\nname')
    manifest += '[permissions]\nnetwork = "Fetch gears"\n'
    new = folder(tmp_path / "b", CODE + NETWORK, manifest)

    result = run("diff", old, new)

    assert result.exit_code == 0
    start = result.stdout.partition("Permissions")[0]
    assert "gear_tool 1.0.0 -> gear_tool 1.1.0" in start
    assert "new permission" in start
    assert "gears.example.com" in start
    assert "  ~  version  1.0.0 -> 1.1.0" in result.stdout
    assert "3 changes to review" in result.stderr


def test_the_exit_code_tells_of_differences_only_if_it_is_asked_to(tmp_path: Path) -> None:
    old, new = folder(tmp_path / "a"), folder(tmp_path / "b", CODE + NETWORK)

    assert run("diff", old, new).exit_code == 0
    assert run("diff", old, new, "--exit-code").exit_code == 1
    assert run("diff", old, old, "--exit-code").exit_code == 0


def test_different_extensions_are_said_to_be_different(tmp_path: Path) -> None:
    old = folder(tmp_path / "a")
    new = folder(tmp_path / "b", manifest=MANIFEST.replace("gear_tool", "cog_tool"))

    assert "These are different extensions." in run("diff", old, new).stdout


def test_changed_lines_are_shown_with_text(tmp_path: Path) -> None:
    old, new = folder(tmp_path / "a"), folder(tmp_path / "b", CODE + NETWORK)

    result = run("diff", old, package(tmp_path / "b.zip", new), "--text")

    assert "+++ new/__init__.py" in result.stdout
    assert '+    return requests.get("https://gears.example.com/list")' in result.stdout
    document = json.loads(run("diff", old, new, "--text", "--json").stdout)
    assert document["comparison"]["texts"][0]["path"] == "__init__.py"


def test_html_pages_have_everything_and_escape_it(tmp_path: Path) -> None:
    code = CODE.replace('"Gear"', "'<script>alert(1)</script>'")
    old, new = folder(tmp_path / "a"), folder(tmp_path / "b", code + NETWORK)

    pages = [
        run("inspect", new, "--html").stdout,
        run("diff", old, new, "--html", "--text").stdout,
    ]

    for page in pages:
        assert page.startswith("<!doctype html>")
        assert "gears.example.com" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script" not in page
    assert "+    return requests.get(&quot;https://gears.example.com/list&quot;)" in pages[1]


@pytest.mark.parametrize("kind", ["bomb", "members"])
def test_a_package_that_would_take_too_long_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gears/__init__.py", "bl_info = {}")
        if kind == "bomb":
            archive.writestr("gears/big.bin", bytes(60_000_000))
        else:
            for number in range(20_001):
                archive.writestr(f"gears/{number}", "")

    result = run("inspect", path)

    code = {"bomb": "package.bomb", "members": "package.too-many-members"}[kind]
    assert (result.exit_code, code in result.stderr) == (1, True)


def test_a_folder_with_too_many_files_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.author.inspect.MAX_FILES", 2)
    source = folder(tmp_path / "a", manifest="")
    for name in ("b.py", "c.py", "d.py"):
        (source / name).write_text("")

    result = run("inspect", source)

    assert result.exit_code == 1
    assert "mesh.gear_add" in result.stdout
    assert "the folder has more than 2 files; the others were not read" in result.stderr
