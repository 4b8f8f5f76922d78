"""Blenders are found at the usual places, and told apart by what lies beside them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from extery.blenders.programs import (
    VARIABLE,
    command_of,
    find_programs,
    given_programs,
    series_beside,
    sorted_for,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")


def make_program(folder: Path, *, name: str = "blender") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_blenders_are_found_on_path_and_at_usual_places(tmp_path: Path) -> None:
    on_path = make_program(tmp_path / "bin")
    usual = make_program(tmp_path / "home/blender-5.3.0-linux-x64")
    environ = {"PATH": str(on_path.parent), "HOME": str(tmp_path / "home")}
    found = list(find_programs(environ, "linux"))
    assert found[0] == on_path
    assert usual in found


def test_the_blender_with_a_folder_of_the_series_is_first(tmp_path: Path) -> None:
    unknown, old, new = (make_program(tmp_path / name) for name in ("a", "b", "c"))
    (old.parent / "4.2").mkdir()
    (new.parent / "5.3").mkdir()
    assert sorted_for((5, 3), [unknown, old, new, unknown]) == [new, unknown]


def test_a_python_is_of_the_series_of_its_module_bpy(tmp_path: Path) -> None:
    old, new = (make_program(tmp_path / name / "bin", name="python") for name in ("old", "new"))
    (tmp_path / "old/lib/python3.11/site-packages/bpy/4.2").mkdir(parents=True)
    (tmp_path / "new/lib/python3.13/site-packages/bpy/5.3").mkdir(parents=True)
    assert sorted_for((5, 3), [old, new]) == [new]


def test_the_variable_names_programs_as_path_does() -> None:
    text = os.pathsep.join(["/a/blender", "", "/b/python"])
    assert given_programs({VARIABLE: text}) == [Path("/a/blender"), Path("/b/python")]
    assert given_programs({}) == []


def test_a_script_is_run_by_a_blender_without_a_window_and_by_a_python_in_isolation() -> None:
    script = Path("/s.py")
    assert command_of(Path("/b/blender"), script, "job") == [
        *("/b/blender", "-b", "--python", "/s.py", "--", "job")
    ]
    assert command_of(Path("/b/python3.13"), script, "job") == [
        "/b/python3.13",
        "-I",
        "/s.py",
        "job",
    ]


def test_only_names_of_series_count(tmp_path: Path) -> None:
    program = make_program(tmp_path)
    for name in ("5.3", "lib", "5.3.0", "05.3"):
        (tmp_path / name).mkdir()
    assert series_beside(program) == {"5.3"}
