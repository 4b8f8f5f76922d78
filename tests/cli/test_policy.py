"""The policy decides what happens with installed extensions that are blocked or not allowed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.blender.install import installed
from tests.cli.evening import Evening, block
from tests.client.samples import make_package
from tests.client.test_blender import make_program
from tests.parts import require_part

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="programs are shell scripts")
#: A Blender that disables everything, writes its preferences, and counts its starts.
DISABLES = """{"result": {"repositories": [], "changes": [
    {"change": "disabled", "errors": []} for row in job["arguments"]["rows"]
]}}
import pathlib
folder = pathlib.Path(os.environ["BLENDER_USER_RESOURCES"]) / "config"
folder.mkdir(exist_ok=True)
starts = folder / "starts"
starts.write_text((starts.read_text() if starts.exists() else "") + str([r["id"] for r in job["arguments"]["rows"]]))
(folder / "userpref.blend").write_bytes(os.urandom(8))
"""


@pytest.fixture
def none_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There is no Blender."""
    monkeypatch.delenv("EXTERY_BLENDER", raising=False)
    monkeypatch.setattr("extery.client.blender.find_programs", lambda *_: iter(()))


@pytest.fixture
def starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Blender in EXTERY_BLENDER; the file with the ids that each of its starts has disabled."""
    monkeypatch.setenv("EXTERY_BLENDER", str(make_program(tmp_path / "program", DISABLES)))
    return tmp_path / "config/starts"


def write(folder: Path, **values: Any) -> list[str]:
    """Write a policy file, and return the option that names it."""
    path = folder / "policy.toml"
    lines = [f"{name.replace('_', '-')} = {json.dumps(value)}" for name, value in values.items()]
    path.write_text("\n".join(lines))
    return ["--policy", str(path)]


def codes(evening: Evening, *arguments: str) -> list[str]:
    return [problem["code"] for problem in evening.json(*arguments)["problems"]]


@needs_shell
def test_blocked_extensions_are_disabled_by_an_audit(
    blocked: Evening, tmp_path: Path, starts: Path
) -> None:
    policy = write(tmp_path, blocked="disable")
    result = blocked.run("audit", *policy, "--dry-run")
    assert result.exit_code == 1
    assert "disable studio.gear_tool" in result.output
    assert not starts.exists()
    result = blocked.run("audit", *policy)
    assert result.exit_code == 0, result.output
    assert "disabled studio.gear_tool" in result.output
    assert "it mines coins" in result.output
    assert "the policy disables or removes it" in result.output
    assert set(blocked.versions()) == {"gear_tool", "spring_tool"}
    assert starts.read_text() == "['gear_tool']"


@needs_shell
def test_blender_is_started_again_only_if_its_preferences_have_changed(
    blocked: Evening, tmp_path: Path, starts: Path
) -> None:
    policy = write(tmp_path, blocked="disable")
    for _ in range(2):
        assert blocked.run("audit", *policy).exit_code == 0
    assert starts.read_text() == "['gear_tool']"
    (starts.parent / "userpref.blend").write_bytes(b"the user has enabled it")
    result = blocked.run("audit", *policy)
    assert "disabled studio.gear_tool" in result.output
    assert starts.read_text() == "['gear_tool']['gear_tool']"


@needs_shell
def test_a_blender_can_be_named(blocked: Evening, tmp_path: Path, none_found: None) -> None:
    program = make_program(tmp_path / "program", DISABLES)
    result = blocked.run("audit", *write(tmp_path, blocked="disable"), "--with", str(program))
    assert result.exit_code == 0, result.output


def test_without_a_blender_it_is_stated_how_to_give_one(
    blocked: Evening, tmp_path: Path, none_found: None
) -> None:
    result = blocked.run("audit", *write(tmp_path, blocked="disable"))
    assert result.exit_code == 1
    assert "studio.gear_tool cannot be disabled in Blender 4.2: no Blender 4.2 is found" in (
        result.output
    )
    assert "EXTERY_BLENDER, or for one run: extery audit --with FILE" in result.output
    assert "audit.blocked" in codes(blocked, "audit", *write(tmp_path, blocked="disable"))


@needs_shell
@pytest.mark.parametrize("command", [["sync"], ["install", "spring_tool"], ["update"]])
def test_every_sync_and_installation_obeys_the_policy(
    blocked: Evening, tmp_path: Path, starts: Path, command: list[str]
) -> None:
    offline = ["--offline"] if command != ["sync"] else []
    if command == ["sync"]:
        _publish_block(blocked)
    result = blocked.run(*command, *offline, *write(tmp_path, blocked="disable"))
    assert result.exit_code == 0, result.output
    assert "disabled studio.gear_tool" in result.output
    assert starts.read_text() == "['gear_tool']"
    result = blocked.run(*command, *offline, *write(tmp_path, blocked="remove"))
    assert "removed studio.gear_tool 1.0.0" in result.output
    assert set(blocked.versions()) == {"spring_tool"}


def _publish_block(made: Evening) -> None:
    listing = json.loads((made.packages / "index.json").read_text())
    listing["blocklist"] = [{"id": "gear_tool", "reason": "it mines coins"}]
    (made.packages / "index.json").write_text(json.dumps(listing))


def test_without_a_policy_an_installation_warns_of_what_is_blocked(blocked: Evening) -> None:
    result = blocked.run("install", "spring_tool")
    assert result.exit_code == 0
    assert "studio.gear_tool: warning: version 1.0.0 is installed and blocked" in result.output
    assert codes(blocked, "update") == ["install.blocked-installed"]


def test_the_variable_names_the_policy_of_all_commands(
    blocked: Evening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTERY_POLICY", write(tmp_path, blocked="remove")[1])
    assert blocked.run("install", "spring_tool").exit_code == 0
    assert set(blocked.versions()) == {"spring_tool"}


def test_extensions_in_local_repositories_are_the_users_own(
    evening: Evening, tmp_path: Path
) -> None:
    file = make_package(tmp_path / "files", "my_tool")
    assert evening.run("install-file", str(file)).exit_code == 0
    policy = write(tmp_path, licences=["MIT"], other_licences="remove")
    assert evening.run("audit", *policy).exit_code == 0
    assert set(evening.versions()) == {"my_tool"}


def test_what_the_policy_would_remove_is_not_installed(evening: Evening, tmp_path: Path) -> None:
    policy = write(tmp_path, licences=["MIT"], other_licences="remove")
    result = evening.run("install", "gear_tool", *policy)
    assert result.exit_code == 1
    assert "the policy does not allow its licence GPL-3.0-or-later" in result.output
    assert evening.versions() == {}
    assert codes(evening, "install", "gear_tool", "--dry-run", *policy) == ["policy.refused"]


def test_a_warning_does_not_stop_an_installation(evening: Evening, tmp_path: Path) -> None:
    result = evening.run("install", "gear_tool", *write(tmp_path, licences=["MIT"]))
    assert result.exit_code == 0
    assert "licence GPL-3.0-or-later, which the policy does not allow" in result.output
    assert set(evening.versions()) == {"gear_tool"}


def test_an_audit_obeys_the_lists_of_the_policy(evening: Evening, tmp_path: Path) -> None:
    evening.run("install", "gear_tool", "spring_tool")
    manifest = evening.target / "studio/spring_tool/blender_manifest.toml"
    manifest.write_text(manifest.read_text() + '[permissions]\nnetwork = "Fetches gears"\n')
    allowed = {"licences": ["gpl-3.0-or-later"], "permissions": ["files"]}
    result = evening.run("audit", *write(tmp_path, **allowed))
    assert result.exit_code == 0, result.output
    assert "studio.spring_tool has the permission network" in result.output
    result = evening.run("audit", *write(tmp_path, **allowed, other_permissions="remove"))
    assert "removed studio.spring_tool" in result.output
    assert set(evening.versions()) == {"gear_tool"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('blocked = "delete"', "blocked cannot be 'delete'"),
        ('licences = "MIT"', "licences cannot be 'MIT'"),
        ("permissions = [1]", "permissions cannot be"),
        ('licenses = ["MIT"]', "did you mean licences?"),
        ("online = true", "there is no setting 'online'"),
        ("blocked =", "the settings cannot be read"),
    ],
)
def test_a_policy_that_is_not_valid_is_an_error(
    evening: Evening, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    for command in (["audit"], ["sync"], ["install", "gear_tool"]):
        result: Result = evening.run(*command, "--policy", str(path))
        assert result.exit_code == 1
        assert words in result.output
    assert evening.versions() == {}


def test_a_policy_file_that_is_missing_is_an_error(evening: Evening, tmp_path: Path) -> None:
    result = evening.run("install", "gear_tool", "--policy", str(tmp_path / "none.toml"))
    assert result.exit_code == 1
    assert "none.toml" in result.output
    assert evening.versions() == {}


@pytest.fixture
def real_blender() -> Path:
    """Return a Python with the module of Blender 5.0; used before ``evening``, which moves the cache."""
    require_part("blender-5.0")
    return installed("5.0").python


@pytest.mark.blender
def test_a_real_blender_disables_what_is_blocked(
    real_blender: Path, evening: Evening, tmp_path: Path
) -> None:
    def run(*arguments: str) -> Result:
        target = ["--dir", str(evening.target), "--blender", "5.0"]
        return CliRunner().invoke(extery, [*arguments, *target])

    program = ["--with", str(real_blender)]
    assert run("install", "gear_tool", "spring_tool").exit_code == 0
    assert run("enable", "gear_tool", "spring_tool", *program).exit_code == 0
    block(evening, "gear_tool")
    result = run("audit", *write(tmp_path, blocked="disable"), *program)
    assert (result.exit_code, "disabled studio.gear_tool" in result.output) == (0, True)
    again = run("audit", *write(tmp_path, blocked="disable"))
    assert (again.exit_code, "disabled studio.gear_tool" in again.output) == (0, False)
    shown = run("disable", "gear_tool", "spring_tool", *program).output
    assert "studio.gear_tool is disabled already" in shown
    assert "disabled studio.spring_tool" in shown
