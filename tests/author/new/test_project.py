"""What is assumed about a new extension."""

from __future__ import annotations

from pathlib import Path

import pytest

from extery.author.new.project import default_project, git_user, id_from
from extery.core.errors import InvalidInput
from extery.core.types import TYPES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gear_tool", "gear_tool"),
        ("Gear Tool", "gear_tool"),
        ("blender-gears", "blender_gears"),
        ("3d-gears", "d_gears"),
        ("Zahnräder", "zahnrader"),
        ("__init__", "init"),
    ],
)
def test_an_id_is_like_the_name_of_the_folder(name: str, expected: str) -> None:
    assert id_from(name) == expected


@pytest.mark.parametrize("name", ["2026", "日本", "", "..."])
def test_a_name_without_letters_gives_no_id(name: str) -> None:
    with pytest.raises(InvalidInput) as error:
        id_from(name)
    assert error.value.code == "new.no-id"


def test_the_first_blender_is_the_oldest_that_knows_the_type() -> None:
    projects = [default_project(Path("gears"), type_.name) for type_ in TYPES]
    assert [project.blender for project in projects] == ["4.2.0", "4.2.0", "5.3.0"]
    assert {project.tag in type_.tags for project, type_ in zip(projects, TYPES, strict=True)} == {
        True
    }


def test_the_maintainer_is_the_user_of_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[user]\nname = Ada Smith\nemail = ada@gears.example\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert git_user() == "Ada Smith <ada@gears.example>"
    config.write_text("[user]\nname = Ada Smith\nemail = nobody\n")
    assert git_user() == "Ada Smith"
    config.write_text("")
    assert git_user() == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_user() == ""
