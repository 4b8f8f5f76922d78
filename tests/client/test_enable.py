"""Extensions are enabled and disabled in the preferences of Blender; with real Blenders where they are installed."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.client.enable import Change, Switched, switch_extensions
from extery.client.repositories import Repository, change_repositories
from extery.client.repository_changes import enable_repositories
from extery.client.targets import Target, parse_version, profiles_folder
from extery.core.errors import ExteryError
from tests.blender.install import installed
from tests.client.samples import STUDIO, make_package, make_target
from tests.client.test_blender import make_program
from tests.client.test_blender_repositories import in_blender, real_target
from tests.parts import require_part

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")
#: The answer of a Blender in which ``broken`` fails, and all else works.
ANSWER = """{"result": {"repositories": ["studio"], "changes": [
    {"change": "failed", "errors": ["KeyError: 7\\n(__init__.py, line 3)"]} if row["id"] == "broken"
    else {"change": "enabled" if job["arguments"]["enable"] else "disabled", "errors": []}
    for row in job["arguments"]["rows"]
]}}"""
LIBRARY = """
[asset_library]
remote_url = "https://example.org/library/"
"""
THEME = """<bpy><Theme><user_interface><ThemeUserInterface><wcol_regular>
<ThemeWidgetColors outline="#123456"/></wcol_regular></ThemeUserInterface></user_interface></Theme><ThemeStyle/></bpy>
"""


def put(
    target: Target,
    identifier: str,
    text: str = "",
    *,
    repository: str = "studio",
    manifest: str = "",
    **fields: str,
) -> Path:
    """Install an extension; ``text`` is at the end of its module, ``manifest`` of its manifest."""
    folder = target.folder / repository / identifier
    with zipfile.ZipFile(make_package(target.folder.parent / "made", identifier, **fields)) as made:
        made.extractall(folder)
    for name, extra in (("__init__.py", text), ("blender_manifest.toml", manifest)):
        path = folder / name
        path.write_text(path.read_text("utf-8") + extra, "utf-8")
    return folder


def codes(switched: Switched) -> list[str]:
    return [problem.code for problem in switched.problems]


@needs_shell
def test_a_failing_extension_does_not_stop_the_others(tmp_path: Path) -> None:
    target, program = make_target(tmp_path), make_program(tmp_path, ANSWER)
    put(target, "broken")
    put(target, "gear_tool")
    names = ["broken", "gear_tool", "studio.gear_tool", "nothing"]
    result = switch_extensions(target, names, enabled=True, program=program)
    assert result.changes == [Change("studio.gear_tool", "add-on", "enabled")]
    assert result.repositories == ["studio"]
    assert codes(result) == ["install.not-installed", "enable.failed"]
    assert "KeyError: 7 (__init__.py, line 3)" in result.problems[1].message


@needs_shell
def test_an_error_that_does_not_matter_to_blender_is_a_warning(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    put(target, "gear_tool")
    row = '{"change": "disabled", "errors": ["KeyError: 7"]}'
    program = make_program(tmp_path, f'{{"result": {{"repositories": [], "changes": [{row}]}}}}')
    result = switch_extensions(target, ["gear_tool"], enabled=False, program=program)
    assert result.changes == [Change("studio.gear_tool", "add-on", "disabled")]
    assert [(item.code, item.severity) for item in result.problems] == [
        ("enable.reported", "warning")
    ]


@needs_shell
@pytest.mark.parametrize(
    "answer",
    ["7", "{}", '{"changes": [], "repositories": []}', '{"changes": [7], "repositories": []}'],
)
def test_an_answer_that_is_not_one_is_an_error(tmp_path: Path, answer: str) -> None:
    target = make_target(tmp_path)
    put(target, "gear_tool")
    program = make_program(tmp_path, f'{{"result": {answer}}}')
    with pytest.raises(ExteryError) as caught:
        switch_extensions(target, ["gear_tool"], enabled=True, program=program)
    assert caught.value.code == "blender.failed"


def test_only_one_theme_can_be_enabled_and_no_blender_is_started(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    for name in ("dawn", "dusk"):
        put(target, name, type="theme")
    result = switch_extensions(target, ["dawn", "dusk"], enabled=True, program=tmp_path / "none")
    assert codes(result) == ["enable.themes"]


def run(folder: Path, *arguments: str) -> Result:
    options = [
        "--dir",
        str(folder / "extensions"),
        "--blender",
        "4.2",
        "--with",
        str(folder / "blender"),
    ]
    return CliRunner().invoke(extery, [*arguments, *options])


@needs_shell
def test_the_commands_print_what_was_done(tmp_path: Path) -> None:
    target = make_target(tmp_path)
    make_program(tmp_path, ANSWER)
    put(target, "gear_tool")
    result = run(tmp_path, "enable", "gear_tool")
    assert (result.exit_code, result.stdout) == (0, "enabled studio.gear_tool\n")
    assert "added the repository studio to the preferences of Blender 4.2" in result.stderr
    assert "Enabled 1 extension in Blender 4.2. No problems." in result.stderr
    document: Any = json.loads(run(tmp_path, "disable", "studio.gear_tool", "--json").stdout)
    [shown] = document["targets"]
    assert shown["extensions"] == [
        {"name": "studio.gear_tool", "type": "add-on", "change": "disabled"}
    ]
    assert document["command"] == "disable"


@needs_shell
def test_a_failure_is_shown_and_the_status_is_1(tmp_path: Path) -> None:
    put(make_target(tmp_path), "broken")
    make_program(tmp_path, ANSWER)
    result = run(tmp_path, "enable", "broken")
    assert result.exit_code == 1
    assert "studio.broken cannot be enabled: KeyError: 7" in result.stderr + result.stdout
    assert "Nothing was changed. Found 1 error." in result.stderr


@needs_shell
def test_the_blender_is_named_where_the_other_one_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BLENDER_USER_RESOURCES", "BLENDER_USER_EXTENSIONS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    for version in ("4.2", "5.3"):
        folder = profiles_folder() / version / "extensions"
        target = Target(folder, parse_version(version))
        change_repositories(target, lambda _: [STUDIO])
        put(target, "gear_tool")
    only_new = ANSWER.replace(
        '{"result"',
        '{"refusal": "version", "version": "5.3.0"} if job["series"] == [4, 2] else {"result"',
        1,
    )
    program = make_program(tmp_path / "programs", only_new)
    arguments = ["enable", "gear_tool", "--blender", "4.2,5.3", "--with", str(program)]
    result = CliRunner().invoke(extery, arguments)
    assert result.exit_code == 1
    assert result.stdout == "Blender 5.3:\n  enabled studio.gear_tool\n"
    assert "is Blender 5.3.0, and 4.2 is needed" in result.stderr


@pytest.fixture(params=[pytest.param(s, marks=pytest.mark.blender) for s in ("5.0", "5.3")])
def series(request: pytest.FixtureRequest) -> str:
    """The series of a real Blender that is installed."""
    series: str = request.param
    require_part(f"blender-{series}")
    return series


@pytest.fixture
def target(tmp_path: Path, series: str) -> Target:
    target = real_target(tmp_path, series)
    change_repositories(target, lambda _: [STUDIO, Repository("mine")])
    return target


def switch(target: Target, series: str, *names: str, enabled: bool = True) -> Switched:
    return switch_extensions(target, names, enabled=enabled, program=installed(series).python)


def test_add_ons_are_enabled_and_disabled_in_a_real_blender(target: Target, series: str) -> None:
    put(target, "gear_tool")
    put(target, "own_tool", repository="mine")
    result = switch(target, series, "gear_tool", "own_tool")
    assert [item.change for item in result.changes] == ["enabled", "enabled"]
    assert (result.repositories, result.problems) == (["studio", "mine"], [])
    show = (
        "print([addon_utils.check(f'bl_ext.{n}') for n in ('studio.gear_tool', 'mine.own_tool')])"
    )
    assert "[(True, True), (True, True)]" in in_blender(target, series, show)
    again = switch(target, series, "gear_tool")
    assert ([item.change for item in again.changes], again.repositories) == (["unchanged"], [])
    result = switch(target, series, "own_tool", enabled=False)
    assert [item.change for item in result.changes] == ["disabled"]
    assert "[(True, True), (False, False)]" in in_blender(target, series, show)


def test_the_error_of_an_add_on_is_that_of_the_problem(target: Target, series: str) -> None:
    put(target, "importing", "import no_such_module_of_gears\n")
    put(target, "exiting", "import sys\nsys.exit('bye')\n")
    put(target, "registering", "def register():\n    raise KeyError('cogs')\n")
    put(target, "gear_tool")
    names = ("importing", "exiting", "registering", "gear_tool")
    result = switch(target, series, *names)
    assert [item.name for item in result.changes] == ["studio.gear_tool"]
    assert codes(result) == ["enable.failed"] * 3
    texts = [problem.message for problem in result.problems]
    assert "No module named 'no_such_module_of_gears' (__init__.py, line 10)" in texts[0]
    assert "SystemExit: bye (__init__.py, line 11)" in texts[1]
    assert "KeyError: 'cogs' (__init__.py, line 11)" in texts[2]
    show = "print(sorted(a.module for a in prefs.addons if a.module.startswith('bl_ext')))"
    assert "['bl_ext.studio.gear_tool']" in in_blender(target, series, show)


def test_a_theme_is_applied_and_the_default_comes_back(target: Target, series: str) -> None:
    (put(target, "dusk", type="theme") / "dusk.xml").write_text(THEME)
    put(target, "empty", type="theme")
    put(target, "gear_tool")
    (put(target, "broken", type="theme") / "a.xml").write_text("<bpy></bpy>")
    show = "print(['%.2f' % c for c in prefs.themes[0].user_interface.wcol_regular.outline[:3]])"
    before = in_blender(target, series, show)
    assert [item.change for item in switch(target, series, "dusk").changes] == ["enabled"]
    assert "['0.07', '0.20', '0.34']" in in_blender(target, series, show)
    failed = switch(target, series, "empty")
    assert codes(failed) == ["enable.failed"]
    assert "no .xml file" in failed.problems[0].message
    failed = switch(target, series, "broken", "gear_tool")
    assert [item.name for item in failed.changes] == ["studio.gear_tool"]
    [problem] = failed.problems
    assert "a.xml cannot be applied: IndexError: list index out of range" in problem.message
    assert "['0.07', '0.20', '0.34']" in in_blender(target, series, show)
    result = switch(target, series, "dusk", "empty", enabled=False)
    assert [item.change for item in result.changes] == ["disabled", "unchanged"]
    assert in_blender(target, series, show).splitlines()[-1] == before.splitlines()[-1]


def test_a_disabled_repository_is_named_with_its_cure(target: Target, series: str) -> None:
    put(target, "gear_tool")
    enable_repositories(target, ["studio"], enabled=False)
    [problem] = switch(target, series, "gear_tool").problems
    assert problem.code == "enable.repository"
    assert "extery repo enable studio" in problem.hint
    enable_repositories(target, ["studio"], enabled=True)
    [problem] = switch(target, series, "gear_tool").problems
    assert "extery repo export studio" in problem.hint


@pytest.mark.blender
def test_an_asset_library_is_enabled_and_disabled(tmp_path: Path) -> None:
    require_part("blender-5.3")
    target = real_target(tmp_path, "5.3")
    change_repositories(target, lambda _: [STUDIO])
    put(target, "props", type="asset-library", blender_version_min="5.3.0", manifest=LIBRARY)
    result = switch(target, "5.3", "props")
    assert (result.changes, result.problems) == (
        [Change("studio.props", "asset-library", "enabled")],
        [],
    )
    show = "print([(a.extension_id, a.enabled) for a in prefs.filepaths.asset_libraries if a.extension_id])"
    assert "[('studio.props', True)]" in in_blender(target, "5.3", show)
    result = switch(target, "5.3", "props", enabled=False)
    assert [item.change for item in result.changes] == ["disabled"]
    assert "[('studio.props', False)]" in in_blender(target, "5.3", show)


@pytest.mark.blender
def test_the_module_of_blender_4_2_enables_in_a_new_profile_only(tmp_path: Path) -> None:
    require_part("blender-4.2")
    target = real_target(tmp_path, "4.2")
    change_repositories(target, lambda _: [STUDIO])
    put(target, "gear_tool")
    result = switch(target, "4.2", "gear_tool")
    assert result.changes == [Change("studio.gear_tool", "add-on", "enabled")]
    with pytest.raises(ExteryError) as caught:
        switch(target, "4.2", "gear_tool", enabled=False)
    assert caught.value.code == "blender.preferences"
