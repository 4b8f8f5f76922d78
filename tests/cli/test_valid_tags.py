"""Tags of a studio's own in the commands for repositories; no result survives a change of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.repository import package_scan, parallel_scan
from extery.repository.preview import preview
from extery.repository.regenerate import find_tag_file
from extery.repository.scan import ScannedPackage
from extery.repository.watch import snapshot
from tests.repository.packages import put

CODE = "manifest.tags.unknown-tag"
OWN = {"add-on": ["Mocap"], "theme": []}
OTHER = {"add-on": ["Camera"], "theme": []}


@pytest.fixture(autouse=True)
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the repository ``repo`` with an add-on that has the tag Mocap, and ``tags.json``."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "repo"
    folder.mkdir()
    put(folder, "a.zip", tags=["Mocap"])
    os.utime(folder / "a.zip", ns=(10**18, 10**18))
    write_tags(OWN)
    return folder


def write_tags(tags: dict[str, list[str]], file: str = "tags.json") -> None:
    Path(file).write_text(json.dumps(tags))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(extery, list(arguments))


def generate(*options: str) -> Result:
    return run("server-generate", "--repo-dir", "repo", *options)


def is_accepted(result: Result) -> bool:
    assert result.exit_code == (CODE in result.output), result.output
    return result.exit_code == 0


@pytest.fixture
def listed() -> None:
    generate("--valid-tags", "")


COMMANDS = {
    "server-generate": ["--repo-dir", "repo"],
    "server-check": ["repo"],
    "mirror": ["repo", "copy"],
}
every_command = pytest.mark.parametrize("command", COMMANDS)


@every_command
@pytest.mark.usefixtures("listed")
def test_other_tags_are_accepted_as_the_option_asks(command: str) -> None:
    arguments = [command, *COMMANDS[command]]

    assert not is_accepted(run(*arguments))
    assert is_accepted(run(*arguments, "--valid-tags", "tags.json"))
    assert is_accepted(run(*arguments, "--valid-tags", ""))
    assert not is_accepted(run(*arguments))


@every_command
@pytest.mark.usefixtures("listed")
def test_no_result_survives_a_change_of_the_tag_file(command: str) -> None:
    arguments = [command, *COMMANDS[command], "--valid-tags", "tags.json"]
    assert is_accepted(run(*arguments))

    write_tags(OTHER)
    assert not is_accepted(run(*arguments))
    write_tags(OWN)
    assert is_accepted(run(*arguments))


@every_command
@pytest.mark.usefixtures("listed")
def test_the_project_file_sets_the_tags(command: str) -> None:
    Path("extery.toml").write_text(f'[{command}]\nvalid-tags = "tags.json"\n')
    arguments = [command, *COMMANDS[command]]

    assert is_accepted(run(*arguments))
    assert not is_accepted(run(*arguments, "--no-config"))


@every_command
@pytest.mark.usefixtures("listed")
def test_a_tag_file_that_cannot_be_used_is_a_problem(command: str) -> None:
    result = run(command, *COMMANDS[command], "--valid-tags", "none.json")

    assert result.exit_code == 1
    assert "[usage.tag-file]" in result.output


def test_the_configuration_of_the_repository_sets_the_tags(repo: Path) -> None:
    config = 'schema_version = "1.0.0"\nvalid_tags = "{}"\n'
    (repo / "blender_repo.toml").write_text(config.format("../tags.json"))
    assert is_accepted(generate())
    assert is_accepted(run("server-check", "repo"))

    write_tags(OTHER, "other.json")
    assert not is_accepted(generate("--valid-tags", "other.json"))
    (repo / "blender_repo.toml").write_text(config.format("../other.json"))
    assert not is_accepted(generate())
    assert not is_accepted(run("server-check", "repo"))
    (repo / "blender_repo.toml").write_text(config.format(""))
    assert is_accepted(generate())
    (repo / "blender_repo.toml").write_text('schema_version = "1.0.0"\nvalid_tags = 3\n')
    assert "valid_tags must be the path of a file, found 3" in generate().output


def test_packages_are_read_again_only_for_other_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    read = package_scan.scan_package

    def note(folder: Path, name: str, **options: object) -> ScannedPackage:
        names.append(name)
        return read(folder, name, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(parallel_scan, "scan_package", note)
    for tags, expected in ((OWN, ["a.zip"]), (OWN, []), (OTHER, ["a.zip"]), (OTHER, [])):
        names.clear()
        write_tags(tags)
        generate("--valid-tags", "tags.json")
        assert names == expected
        Path("repo/index.json").unlink()  # so that the next run has something to write


def test_the_same_tags_in_another_order_change_nothing() -> None:
    write_tags({"add-on": ["Mocap", "Rig"], "theme": []})
    generate("--valid-tags", "tags.json")
    write_tags({"theme": [], "add-on": ["Rig", "Mocap"]})

    assert "Nothing to write" in generate("--valid-tags", "tags.json").stderr


def test_a_preview_uses_the_tags_of_the_option_or_of_the_last_run(repo: Path) -> None:
    def problems(valid_tags: str | None) -> list[str]:
        errors: list[str] = []
        with preview(
            repo,
            valid_tags=valid_tags,
            on_error=lambda e: errors.extend(p.code for p in e.problems),
        ):
            return errors

    assert problems(None) == [CODE]
    assert problems("tags.json") == []
    generate("--valid-tags", "tags.json")
    assert problems(None) == []
    write_tags(OTHER)
    assert problems(None) == [CODE]
    assert problems("") == []


def test_a_preview_watches_the_tag_file(repo: Path) -> None:
    generate("--valid-tags", "tags.json")
    file = find_tag_file(repo, None)
    assert file == str(Path("tags.json").absolute())
    before = snapshot(repo, [Path(file)])
    write_tags({"add-on": ["Mocap", "Rig"], "theme": []})

    assert snapshot(repo, [Path(file)]) != before
    Path(file).unlink()
    snapshot(repo, [Path(file)])
