"""`extery compat`: what it reads, its output and its exit status."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import BinaryIO

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.core.files import open_regular

OLD = "import bpy\n\n\ndef nodes(scene: bpy.types.Scene):\n    return scene.node_tree\n"
DEPRECATED = "import bpy\n\n\ndef nodes(world: bpy.types.World):\n    return world.use_nodes\n"
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


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(extery, ["compat", *map(str, arguments)])


def add_on(folder: Path, code: str, manifest: str = MANIFEST) -> Path:
    folder.mkdir(exist_ok=True)
    if manifest:
        (folder / "blender_manifest.toml").write_text(manifest)
    (folder / "__init__.py").write_text(code)
    return folder


def test_each_use_is_listed_with_its_place_and_its_replacement(tmp_path: Path) -> None:
    result = run(add_on(tmp_path / "a", OLD))

    assert result.exit_code == 1
    assert "__init__.py:5:18: warning: Scene.node_tree is gone since Blender 5.0" in result.stdout
    assert "use Scene.compositing_node_group" in result.stdout
    assert "Blender 4.2 to 4.5: ok" in result.stdout
    assert "Blender 5.0 to 5.3: 1 incompatible" in result.stdout


def test_the_range_of_the_manifest_decides(tmp_path: Path) -> None:
    manifest = MANIFEST + 'blender_version_max = "5.0.0"\n'

    result = run(add_on(tmp_path / "a", OLD, manifest))

    assert (result.exit_code, "ok" in result.stdout) == (0, True)


def test_given_blenders_replace_the_range(tmp_path: Path) -> None:
    folder = add_on(tmp_path / "a", OLD)

    assert run(folder, "--blender", "4.2,4.5").exit_code == 0
    assert run(folder, "--blender", "4.2,5.3.0").exit_code == 1


def test_an_add_on_without_a_manifest_is_judged_for_all_blenders(tmp_path: Path) -> None:
    folder = add_on(tmp_path / "a", OLD, manifest="")

    assert "Blender 4.2 to 4.5: ok" in run(folder).stdout
    assert run(folder / "__init__.py", "--blender", "5.0").exit_code == 1
    assert run(folder / "__init__.py", "--blender", "4.5").exit_code == 0


@pytest.mark.parametrize(
    ("kinds", "status"), [("incompatible", 0), ("deprecated", 1), ("none", 0), ("experimental", 0)]
)
def test_the_kinds_that_fail_are_chosen(tmp_path: Path, kinds: str, status: int) -> None:
    result = run(add_on(tmp_path / "a", DEPRECATED), "--fail-on", kinds)

    assert result.exit_code == status
    assert "World.use_nodes is deprecated" in result.stdout


def test_json_has_every_finding_with_its_blenders(tmp_path: Path) -> None:
    result = run(add_on(tmp_path / "a", OLD), "--output-format", "json")

    (report,) = json.loads(result.stdout)["reports"]
    (finding,) = report["findings"]
    assert finding["blenders"] == ["5.0", "5.1", "5.2", "5.3"]
    assert (finding["kind"], finding["line"], finding["name"]) == (
        "incompatible",
        5,
        "Scene.node_tree",
    )


def test_a_comment_with_a_reason_suppresses_a_finding(tmp_path: Path) -> None:
    code = OLD.rstrip() + "  # extery: ignore[compatibility.incompatible] for 4.2 only\n"

    assert run(add_on(tmp_path / "a", code)).exit_code == 0


@pytest.mark.parametrize(
    "arguments", [("--blender", "9.9"), ("--blender", "x"), ("--fail-on", "all")]
)
def test_an_unknown_version_or_kind_is_a_usage_error(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(add_on(tmp_path / "a", OLD), *arguments)

    assert result.exit_code == 2
    assert arguments[1] in result.stderr


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    broken = add_on(tmp_path / "broken", "def (:\n", manifest="")

    assert run(tmp_path / "nothing").exit_code == 1
    assert run(broken).exit_code == 1
    assert "no Python files" in run(tmp_path / "empty").stdout
    assert "not judged: 1 file that Python cannot read, __init__.py first" in run(broken).stdout


def test_a_missing_path_is_an_error_as_for_validate(tmp_path: Path) -> None:
    result = run(tmp_path / "nosuch.py")

    assert result.exit_code == 1
    assert "package.not-found" in result.stdout
    assert "hint: check the path" in result.stdout


@pytest.mark.parametrize("manifest", ["", MANIFEST])
def test_a_module_that_cannot_be_read_is_not_ok(
    tmp_path: Path, manifest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> BinaryIO:
        if path.suffix == ".py":
            raise PermissionError(13, "Permission denied")
        return open_regular(path)

    folder = add_on(tmp_path / "a", "import bpy\n", manifest)
    monkeypatch.setattr("extery.author.compat.open_regular", refuse)
    monkeypatch.setattr("extery.author.build.source_folder.open_regular", refuse)

    result = run(folder)

    assert result.exit_code == 1
    assert "__init__.py" in result.stdout
    assert ": ok" not in result.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")

    for path in (tmp_path / "a.py", tmp_path):
        result = run(path)
        assert result.exit_code == 1
        assert "a.py cannot be read: it is not an ordinary file" in result.stdout
        assert "not judged: 1 file" in result.stdout
        assert ": ok" not in result.stdout


def test_files_beyond_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery.author.compat.MAX_FILES", 1)
    folder = add_on(tmp_path / "a", "import bpy\n", manifest="")
    assert run(folder).exit_code == 0
    (folder / "b.py").write_text("")

    result = run(folder)

    assert result.exit_code == 1
    assert "compatibility.too-many-files" in result.stdout


def test_the_project_file_beside_a_module_counts(tmp_path: Path) -> None:
    folder = add_on(tmp_path / "a", OLD, manifest="")
    module = folder / "__init__.py"
    assert run(module).exit_code == 1
    (folder / "extery.toml").write_text('[silence]\n"compatibility.incompatible" = "known"\n')

    assert run(module).exit_code == 0
    assert run(module, tmp_path / "a").exit_code == 0


def test_a_damaged_package_is_an_error(tmp_path: Path) -> None:
    package = tmp_path / "a.zip"
    package.write_bytes(b"PK\x03\x04 no zip")

    result = run(package)

    assert result.exit_code == 1
    assert "error" in result.stdout
