"""Spaces, quotes, Unicode and line breaks in the names of folders, files, repositories and titles."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.client.machine import Machine
from tests.client.samples import make_package

NAMES = {
    "space": "my folder",
    "quotes": 'it\'s "mine"' if os.name != "nt" else "it's mine",
    "unicode": "Dückÿ 日本語 🎨",
    "right to left": "מדריך עברית",
    "percent": "100%20 & #more?=x;y",
    "dash": "-rf --dir",
    "dollar": "$HOME `id` $(id)",
    "brackets": "[a]{b}*(c)",
    "backslash": "a\\b",
    "line break": "two\nlines",
    "escape sequence": "\x1b[31mred",
    "surrogate": "caf\udce9",
}
ON_LINUX_ONLY = ("backslash", "brackets", "line break", "escape sequence", "surrogate")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    if request.param in ON_LINUX_ONLY and sys.platform != "linux":
        pytest.skip("the file system allows no such name")
    return NAMES[request.param]


@pytest.fixture
def machine(name: str, tmp_path: Path) -> Machine:
    """A machine with this name in all of its paths."""
    folder = tmp_path / name
    (folder / "home/work").mkdir(parents=True)
    made = Machine(folder, folder / f"home {name}")
    (made.home / "work").mkdir(parents=True)
    made.places["FILE"] = made.places["FILE"].rename(made.places["FILE"].with_name(f"{name}.zip"))
    made.places["LOCK"] = made.home / f"work/{name}.lock"
    made.places["BUNDLE.zip"] = made.home / f"work/{name}.zip"
    return made


def test_an_evening_in_folders_with_such_a_name(machine: Machine) -> None:
    machine.done("repo", "add", str(machine.packages), "--name", "studio")
    machine.done("sync")
    machine.done("install", "gear_tool", "spring_tool")
    machine.done("install-file", "FILE")
    machine.generate(machine.packages, ("gear_tool", "2.0.0"), ("spring_tool", "0.3.0"))
    machine.done("sync")
    machine.done("update")
    machine.done("undo")
    machine.done("verify")
    machine.done("lock", "LOCK")
    machine.done("bundle", "BUNDLE.zip")
    machine.done("remove", "gear_tool", "spring_tool")
    shutil.rmtree(machine.home / "cache")
    machine.done("restore", "BUNDLE.zip", "--offline")
    machine.done("undo")
    machine.done("restore", "LOCK", "--offline")
    state = machine.state()  # as JSON
    assert state["repositories"][0]["folder"] == str(machine.target / "studio")
    ids = {row["id"] for row in state["installed"]}
    assert ids == {"gear_tool", "spring_tool", "file_tool"}
    for command in ("list", "files gear_tool", "info gear_tool", "history", "repo list", "gc"):
        output = machine.done(*command.split())
        assert "\x1b" not in output
        assert "\nlines" not in output


def test_an_error_about_such_a_path_is_one_line(machine: Machine, name: str) -> None:
    missing = machine.folder / f"missing {name}.zip"
    result = machine.run("install-file", str(missing))
    assert result.exit_code in (1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "\x1b" not in result.output
    assert "\nlines" not in result.output
    broken = machine.folder / f"broken {name}.zip"
    broken.write_bytes(b"PK\x03\x04 nothing")
    result = machine.run("install-file", str(broken))
    assert result.exit_code == 1
    assert "hint: " in result.output or "error" in result.output
    assert "\x1b" not in result.output
    assert "\nlines" not in result.output


def test_a_title_of_a_repository_may_have_any_name(machine: Machine, name: str) -> None:
    result = machine.run("repo", "add", str(machine.packages), "--title", name)
    if result.exit_code:
        assert "error: " in result.output or "Error: " in result.output, result.output
        return
    output = machine.done("repo", "list")
    assert "\x1b" not in output
    assert "\nlines" not in output


def test_the_name_of_a_repository_is_that_of_a_module(machine: Machine, name: str) -> None:
    for command in (
        ("repo", "add", str(machine.packages), "--name", name),
        ("repo", "rename", "studio", name),
    ):
        result = machine.run(*command)
        assert result.exit_code in (1, 2), result.output
        assert isinstance(result.exception, SystemExit)
        assert "\x1b" not in result.output
        assert not list(machine.target.glob("*/.blender_ext"))


def test_a_file_in_a_package_may_have_spaces_quotes_and_letters(machine: Machine) -> None:
    files = {"icons/it's a gear.svg": "a", "Übersicht/日本語.txt": "b"}
    path = make_package(machine.folder, "named_tool", files=files)
    machine.places["NAMED"] = path
    machine.done("install-file", "NAMED")
    machine.done("verify")
    assert (machine.target / "user_default/named_tool/Übersicht/日本語.txt").read_text() == "b"
    machine.done("remove", "named_tool")
    machine.done("undo")
    assert (machine.target / "user_default/named_tool/icons/it's a gear.svg").read_text() == "a"
