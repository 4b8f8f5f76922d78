"""`extery migrate`: the file changes as a whole or not at all, and what is missing is named."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from tests.samples.packages import ADD_ON

OLD = ADD_ON + b'permissions = ["files", "network"]\n'
REASONS = ["--reason", "files=Export gears", "--reason", "network=Get gears"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blender_manifest.toml"
    path.write_bytes(OLD)
    return path


def run(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(extery, ["migrate", str(file.parent), *arguments])


def test_reasons_become_a_table(file: Path) -> None:
    file.chmod(0o640)
    result = run(file, *REASONS)
    assert result.exit_code == 0, result.output
    assert tomllib.loads(file.read_text())["permissions"] == {
        "files": "Export gears",
        "network": "Get gears",
    }
    assert file.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]
    again = run(file)
    assert again.exit_code == 0
    assert "has the form 1.0.0 already" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], "migrate.reason-missing"),
        (REASONS[:2], "migrate.reason-missing"),
        ([*REASONS, "--reason", "camera=Look"], "migrate.unknown-permission"),
        (["--reason", "files=Export.", *REASONS[2:]], "manifest.permissions.trailing-punctuation"),
        (["--reason", f"files={'x' * 65}", *REASONS[2:]], "manifest.permissions.too-long"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_changes(
    file: Path, arguments: list[str], code: str
) -> None:
    result = run(file, *arguments, "--json")
    assert result.exit_code == 1
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["code"], bool(problem["hint"])) == (code, True)
    assert file.read_bytes() == OLD


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (OLD.replace(b'"1.0.0"', b'"2.0.0"', 1), "migrate.unknown-version"),
        (b"permissions = [", "manifest.toml.syntax"),
        (b"\xff", "manifest.toml.not-utf-8"),
        (OLD.replace(b'"files",', b'"files", # disk\n'), "migrate.comments"),
        (OLD.replace(b'"files"', b'"file"'), "manifest.permissions.unknown-key"),
    ],
)
def test_a_manifest_that_cannot_be_migrated_stays(file: Path, data: bytes, code: str) -> None:
    file.write_bytes(data)
    result = run(file, *REASONS, "--json")
    assert result.exit_code == 1
    assert code in {problem["code"] for problem in json.loads(result.stdout)["problems"]}
    assert file.read_bytes() == data


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(extery, ["migrate", str(tmp_path)])
    assert result.exit_code == 1
    assert "manifest.file.missing" in result.stderr


def test_a_difference_changes_nothing(file: Path) -> None:
    result = run(file, *REASONS, "--diff")
    assert result.exit_code == 0
    assert '+files = "Export gears"' in result.stdout.splitlines()
    assert file.read_bytes() == OLD


def test_empty_reasons_can_be_filled_in_later(file: Path) -> None:
    result = run(file, "--fill-in", "--json")
    assert json.loads(result.stdout)["missing"] == ["permissions.files", "permissions.network"]
    checked = CliRunner().invoke(extery, ["validate", str(file), "--json"])
    assert checked.exit_code == 1
    assert "manifest.permissions.empty" in checked.stdout


def test_what_an_older_form_loses_is_named(file: Path) -> None:
    run(file, *REASONS)
    result = run(file, "--to", "1.0.0-list")
    assert "permissions.files is lost: Export gears" in result.stderr
    assert tomllib.loads(file.read_text())["permissions"] == ["files", "network"]


def test_dotted_keys_are_named(file: Path) -> None:
    data = ADD_ON + b'permissions.files = "Export gears"\n'
    file.write_bytes(data)
    result = run(file, "--to", "1.0.0-list", "--json")
    [problem] = json.loads(result.stdout)["problems"]
    assert (problem["code"], "[permissions]" in problem["hint"]) == ("migrate.notation", True)
    assert file.read_bytes() == data


def test_an_unknown_permission_is_named_at_its_place(file: Path) -> None:
    file.write_bytes(OLD.replace(b'"network"', b'"networks"'))
    for arguments in (["--reason", "files=Export", "--reason", "networks=Get"], []):
        result = run(file, *arguments)
        line = OLD.count(b"\n")
        column = len(b'permissions = ["files", ') + 1
        assert f"{file.name}:{line}:{column}: error:" in result.stderr
        assert "unknown key 'networks'" in result.stderr
    assert run(file, "--fill-in").exit_code == 0


def test_a_reason_is_asked_for_until_it_is_valid(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extery.author.migrate import read_manifest
    from extery.cli.commands import migrate

    monkeypatch.setattr(migrate, "sys", SimpleNamespace(stdin=Terminal(), stderr=Terminal()))
    answers = iter(["Export gears.", "Export gears"])
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(answers))
    found = migrate._ask(read_manifest(file), {"network": "Get gears"})
    assert found == {"files": "Export gears", "network": "Get gears"}


class Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("arguments", [["--to", "9"], ["--reason", "files"], ["--reason", "=x"]])
def test_wrong_usage_has_status_2(file: Path, arguments: list[str]) -> None:
    assert run(file, *arguments).exit_code == 2
    assert file.read_bytes() == OLD
