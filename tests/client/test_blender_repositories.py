"""Repositories are exchanged with Blender's preferences; with real Blenders where they are installed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extery.client import blender_repositories
from extery.client.blender_repositories import Change, export_repositories, import_repositories
from extery.client.layout import BLENDER_ORG_URL
from extery.client.network import blender_allows_online
from extery.client.repositories import Repository, change_repositories, load_repositories
from extery.client.repository_changes import rename
from extery.client.targets import Target
from extery.client.tokens import Tokens
from extery.core.errors import ExteryError
from tests.blender.install import installed
from tests.client.samples import STUDIO, make_target
from tests.parts import require_part

ORG = Change("blender_org", BLENDER_ORG_URL, "added")
USER = Change("user_default", "", "added")


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "config", environ={}, find_keyring=lambda: None)


def row(name: str = "gears", url: str = "https://example.com/g.json", **values: Any) -> Any:
    return {"name": name, "title": "Gears", "url": url, "folder": "", "enabled": True} | values


Import = Callable[..., blender_repositories.Imported]


@pytest.fixture
def imported(tmp_path: Path, tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Import rows as if a Blender had answered with them."""

    def run(target: Target, *rows: Any, **answer: Any) -> blender_repositories.Imported:
        monkeypatch.setattr(
            blender_repositories,
            "run_in_blender",
            lambda *_, **__: {"repositories": list(rows), **answer},
        )
        return import_repositories(target, tokens)

    return run


def test_unknown_repositories_are_added(tmp_path: Path, imported: Import) -> None:
    target = make_target(tmp_path)
    result = imported(target, row(enabled=False), row("mine", "", folder="/srv/mine"))
    assert [change.change for change in result.changes] == ["added", "added"]
    assert load_repositories(target) == [
        STUDIO,
        Repository("gears", "https://example.com/g.json", "Gears", False),
        Repository("mine", "", "Gears", custom_folder="/srv/mine"),
    ]


def test_a_folder_of_which_nothing_was_known_gets_its_url(tmp_path: Path, imported: Import) -> None:
    target = make_target(tmp_path)
    (target.folder / "gears").mkdir()
    assert imported(target, row()).changes[0].change == "added"
    assert load_repositories(target)[1].url == "https://example.com/g.json"
    assert imported(target, row()).changes[0].change == "known"


def test_what_is_known_here_is_not_replaced(tmp_path: Path, imported: Import) -> None:
    target = make_target(tmp_path)
    result = imported(target, row("studio"), row("other", STUDIO.url), row("Studio"))
    values = [dict(problem.values)["variant"] for problem in result.problems]
    assert values == ["differs", "renamed", "invalid"]
    assert (result.changes, load_repositories(target)) == ([], [STUDIO])


@pytest.mark.parametrize(
    "bad",
    [
        row("a-b"),
        row("a" * 48),
        row(url="ftp://example.com/"),
        row(url="https://" + "a" * 2_000),
        row(url="https://ada:pw@example.com/"),
        row(url="https://exa\nmple.com/"),
        row(url=7),
        row(title=None),
        {},
    ],
)
def test_one_bad_repository_does_not_spoil_the_others(
    tmp_path: Path, imported: Import, bad: Any
) -> None:
    target = make_target(tmp_path)
    result = imported(target, bad, 7, row(is_system=True), row())
    assert [change.name for change in result.changes] == ["gears"]
    assert len(result.problems) == 1
    assert "pw" not in str(result.problems)


def test_tokens_are_imported_and_do_not_replace_others(
    tmp_path: Path, imported: Import, tokens: Tokens
) -> None:
    target = make_target(tmp_path)
    imported(target, row(token="secret"))
    assert tokens.get("https://example.com/g.json") == "secret"
    imported(target, row(token="other"))
    assert tokens.get("https://example.com/g.json") == "secret"
    assert "secret" not in (target.state_folder / "repositories.json").read_text()


@pytest.mark.parametrize(
    ("allowed", "asked", "expected"),
    [(True, True, True), (True, False, True), (False, True, False), (False, False, None)],
)
def test_the_answer_about_online_access_is_kept(
    tmp_path: Path, imported: Import, allowed: bool, asked: bool, expected: bool | None
) -> None:
    target = make_target(tmp_path)
    result = imported(target, online_access=allowed, was_asked=asked)
    assert result.online_access is expected
    assert blender_allows_online(target) is expected


def test_an_answer_that_is_not_one_is_an_error(
    tmp_path: Path, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blender_repositories, "run_in_blender", lambda *_, **__: [7])
    with pytest.raises(ExteryError) as caught:
        import_repositories(make_target(tmp_path), tokens)
    assert caught.value.code == "blender.failed"


@pytest.fixture(params=[pytest.param(s, marks=pytest.mark.blender) for s in ("4.2", "5.0", "5.3")])
def series(request: pytest.FixtureRequest) -> str:
    """The series of a real Blender that is installed."""
    series: str = request.param
    require_part(f"blender-{series}")
    return series


def real_target(folder: Path, series: str) -> Target:
    major, minor = series.split(".")
    target = Target(folder / series / "extensions", (int(major), int(minor), 99))
    change_repositories(target, lambda _: [])
    return target


def in_blender(target: Target, series: str, code: str) -> str:
    """Run code with ``prefs`` in a real Blender, with the preferences of the target."""
    start = (
        "import bpy, os, sys, addon_utils\n"
        "if os.path.exists(bpy.utils.user_resource('CONFIG') + '/userpref.blend'):\n"
        "    bpy.ops.wm.read_userpref()\n"
        "prefs = bpy.context.preferences\n"
    )
    end = "\nsys.stdout.flush()\nos._exit(0)\n"
    done = subprocess.run(
        [installed(series).python, "-I", "-c", start + code + end],
        env={**os.environ, "BLENDER_USER_RESOURCES": str(target.folder.parent)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def test_the_repositories_of_a_new_blender_are_found(
    tmp_path: Path, tokens: Tokens, series: str
) -> None:
    target = real_target(tmp_path, series)
    result = import_repositories(target, tokens, program=installed(series).python)
    assert (result.changes, result.problems, result.online_access) == ([ORG, USER], [], None)


def test_repositories_are_written_into_a_new_blender(
    tmp_path: Path, tokens: Tokens, series: str
) -> None:
    target = real_target(tmp_path, series)
    other = Repository("mine", "", "Mine", custom_folder=str(tmp_path / "mine"))
    change_repositories(target, lambda _: [STUDIO, other])
    changes = export_repositories(target, [], tokens, program=installed(series).python)
    assert [(item.name, item.change) for item in changes] == [
        ("studio", "added"),
        ("mine", "added"),
    ]
    assert (target.folder.parent / "config/userpref.blend").is_file()


@pytest.mark.blender
def test_a_module_that_cannot_read_preferences_does_not_overwrite_them(
    tmp_path: Path, tokens: Tokens
) -> None:
    require_part("blender-4.2")
    target, python = real_target(tmp_path, "4.2"), installed("4.2").python
    change_repositories(target, lambda _: [STUDIO])
    export_repositories(target, [], tokens, program=python)
    file = target.folder.parent / "config/userpref.blend"
    before = file.read_bytes()
    with pytest.raises(ExteryError) as caught:
        export_repositories(target, [], tokens, program=python)
    assert caught.value.code == "blender.preferences"
    assert file.read_bytes() == before


@pytest.mark.blender
@pytest.mark.parametrize("series", ["5.0", "5.3"])
def test_repositories_and_tokens_go_there_and_back(
    tmp_path: Path, tokens: Tokens, series: str
) -> None:
    require_part(f"blender-{series}")
    target, python = real_target(tmp_path, series), installed(series).python
    change_repositories(target, lambda _: [STUDIO])
    tokens.store(STUDIO.url, "secret", target.folder)
    export_repositories(target, ["studio"], tokens, program=python, with_tokens=True)
    in_blender(
        target,
        series,
        "prefs.extensions.use_online_access_handled = True\nbpy.ops.wm.save_userpref()",
    )
    fresh = Tokens(tmp_path / "other", environ={}, find_keyring=lambda: None)
    change_repositories(target, lambda _: [])
    result = import_repositories(target, fresh, program=python)
    assert Change("studio", STUDIO.url, "added") in result.changes
    assert STUDIO in load_repositories(target)
    assert fresh.get(STUDIO.url) == "secret"
    assert result.online_access is False
    again = export_repositories(target, [], tokens, program=python)
    assert {item.change for item in again} == {"known"}


@pytest.mark.blender
@pytest.mark.parametrize("series", ["5.0", "5.3"])
def test_a_renamed_repository_is_renamed_in_blender_with_its_enabled_add_ons(
    tmp_path: Path, tokens: Tokens, series: str
) -> None:
    require_part(f"blender-{series}")
    target, python = real_target(tmp_path, series), installed(series).python
    change_repositories(target, lambda _: [STUDIO])
    export_repositories(target, [], tokens, program=python)
    add_on = target.folder / "studio/gears"
    add_on.mkdir(parents=True)
    (add_on / "__init__.py").write_text("def register():\n    pass\n\n\nunregister = register\n")
    fields = {
        "schema_version": "1.0.0",
        "id": "gears",
        "version": "1.0.0",
        "name": "Gears",
        "tagline": "Turns",
        "maintainer": "Ada",
        "type": "add-on",
        "blender_version_min": "4.2.0",
    }
    lines = [f'{key} = "{value}"' for key, value in fields.items()]
    text = "\n".join([*lines, 'license = ["SPDX:GPL-3.0-or-later"]\n'])
    (add_on / "blender_manifest.toml").write_text(text)
    in_blender(
        target,
        series,
        "addon_utils.enable('bl_ext.studio.gears', default_set=True)\nbpy.ops.wm.save_userpref()",
    )
    rename(target, "studio", "film")
    [change] = export_repositories(target, ["film"], tokens, program=python)
    assert change.change == "changed"
    shown = in_blender(
        target,
        series,
        "print([r.module for r in prefs.extensions.repos if r.remote_url.endswith('index.json')],"
        " [a.module for a in prefs.addons if 'gears' in a.module],"
        " addon_utils.check('bl_ext.film.gears'))",
    )
    assert "['film'] ['bl_ext.film.gears'] (True, True)" in shown


@pytest.mark.blender
def test_a_blender_of_another_version_is_refused(tmp_path: Path, tokens: Tokens) -> None:
    require_part("blender-5.0")
    target = real_target(tmp_path, "5.3")
    with pytest.raises(ExteryError) as caught:
        import_repositories(target, tokens, program=installed("5.0").python)
    assert caught.value.code == "blender.version"
