"""One bad thing costs itself only, removals can be undone, and messages are true (24 to 33)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from extery.cli.app import COMMANDS, extery, load_command
from extery.client import switch as switch_module
from extery.core.codes import all_codes
from tests.client.samples import make_package
from tests.client.weaknesses.computer import Computer
from tests.fetch.web import status
from tests.samples.packages import wheel


@pytest.mark.parametrize(
    "bad",
    [7, None, [], {}, {"id": "no id"}, {"website": None}, {"version": "1.0"}, {"tags": []}],
    ids=repr,
)
def test_a_bad_entry_costs_itself_only(computer: Computer, bad: Any) -> None:
    """24: in Blender one bad entry fails the sync of the whole repository."""
    computer.offer()
    entry = (
        {**computer.studio.entries[0], "id": "bad_tool", **bad}
        if isinstance(bad, dict) and bad
        else bad
    )
    computer.studio.entries.insert(0, entry)
    computer.studio.publish()
    computer.subscribe()

    done = computer.data("sync")

    assert done["status"] == 0
    assert [problem["code"] for problem in done["problems"]] == ["sync.entry-left-out"]
    assert [item["id"] for item in computer.stored()["data"]] == ["gear_tool"]
    assert computer.run("install", "gear_tool").exit_code == 0


def test_a_failure_leaves_the_others_installed_and_is_summarized(computer: Computer) -> None:
    """26: in Blender a package that cannot be fetched leaves all others uninstalled."""
    for name in ("one_tool", "two_tool", "three_tool"):
        computer.offer(name)
    computer.web.fail("/r/two_tool-1.0.0.zip", *[status(404)] * 9)
    computer.subscribe()

    result = computer.run("install", "one_tool", "two_tool", "three_tool", "no_tool")

    assert sorted(computer.versions()) == ["one_tool", "three_tool"]
    assert "Installed 2 extensions, 1 failed." in result.stderr
    assert "studio.two_tool: " in result.stderr
    [operation] = computer.target_data("history")["operations"]
    assert [failure["name"] for failure in operation["failed"]] == ["studio.two_tool"]


@pytest.mark.parametrize(
    "command", ["install two_tool", "sync", "update two_tool", "remove two_tool", "blender-ext"]
)
def test_what_failed_is_in_the_exit_status(computer: Computer, command: str) -> None:
    """27: Blender's client ends with 0 although packages failed."""
    computer.offer("two_tool")
    computer.subscribe()
    computer.run("sync")
    computer.web.pages.clear()
    if command == "blender-ext":
        place = str(computer.extensions / "studio")
        arguments = ["blender-ext", "install", "two_tool", "--local-dir", place]
        done = subprocess.run(
            [sys.executable, "-m", "extery", *arguments, "--remote-url", computer.studio.url],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 1
        return
    assert computer.run(*command.split()).exit_code == 1


@pytest.mark.parametrize("name", [".blender_ext", "..", ".", "", "/", "gear_tool/..", ".extery"])
def test_only_extensions_can_be_removed(computer: Computer, name: str) -> None:
    """30: Blender's tool removes its own private folder on request."""
    computer.offer()
    computer.subscribe()
    computer.run("install", "gear_tool")

    assert computer.run("remove", name).exit_code == 1
    assert computer.versions() == {"gear_tool": "1.0.0"}
    assert computer.stored()["version"] == "v1"


def test_the_data_of_the_user_stays_and_everything_comes_back(computer: Computer) -> None:
    """30: Blender deletes what an extension has written for the user without a question."""
    computer.offer()
    computer.subscribe()
    computer.run("install", "gear_tool")
    data = computer.extensions / ".user/studio/gear_tool/presets.json"
    data.parent.mkdir(parents=True)
    data.write_text("{}")

    assert computer.run("remove", "gear_tool").exit_code == 0
    assert data.read_text() == "{}"
    computer.run("undo")
    assert computer.run("remove", "gear_tool", "--purge").exit_code == 0
    assert not data.exists()
    assert computer.run("undo").exit_code == 0
    assert data.read_text() == "{}"
    assert computer.versions() == {"gear_tool": "1.0.0"}


def _named_commands() -> list[str]:
    """Return all commands that a hint or message of a problem tells the user to run."""
    texts = (f"{code.message} {code.hint} {code.variants}" for code in all_codes().values())
    return sorted(
        {
            match
            for text in texts
            for match in re.findall(r"(?:'|: )extery ((?:repo |config )?[a-z][a-z-]+)", text)
        }
    )


def test_every_command_that_a_hint_names_exists() -> None:
    """31: Blender refers to a command that it does not have."""
    names = _named_commands()
    assert len(names) > 20
    for name in names:
        first, _, second = name.partition(" ")
        assert first in COMMANDS or first in ("serve", "manage", "worker"), name
        if second:
            group = load_command(first)
            assert isinstance(group, click.Group)
            assert group.get_command(click.Context(group), second) is not None, name


def test_the_tool_for_blender_sends_only_kinds_of_messages_that_its_window_knows(
    computer: Computer,
) -> None:
    """31: Blender's own tool sends a kind that the window shows as an internal error."""
    computer.offer()
    computer.studio.entries += [{"id": "bad"}, {**computer.studio.entries[0], "tags": []}]
    computer.studio.publish()
    place = ["--remote-url", computer.studio.url, "--local-dir", str(computer.extensions / "r")]
    kinds = set()
    for command in (["sync"], ["install", "gear_tool,no_tool"]):
        arguments = ["blender-ext", *command, *place, "--output-type=JSON"]
        result = CliRunner().invoke(extery, arguments)
        kinds |= {json.loads(line)[0] for line in result.stdout.splitlines()}

    assert {"STATUS", "FATAL_ERROR"} <= kinds
    assert kinds <= {"STATUS", "PROGRESS", "ERROR", "FATAL_ERROR", "PATH"}


def test_an_extension_with_a_broken_wheel_is_not_installed(computer: Computer) -> None:
    """32: in Blender it keeps the wheels of all extensions from being unpacked."""
    name = "wheels/gears-1.0-py3-none-any.whl"
    for identifier, data in (("good_tool", wheel()), ("bad_tool", wheel()[:-200])):
        package = make_package(computer.folder / "made", identifier)
        with zipfile.ZipFile(package) as archive:
            files = {item: archive.read(item) for item in archive.namelist()}
        files["blender_manifest.toml"] += f'wheels = ["./{name}"]\n'.encode()
        with zipfile.ZipFile(package, "w") as archive:
            for item, content in {**files, name: data}.items():
                archive.writestr(item, content)
        computer.offer_bytes(package.name, package.read_bytes(), identifier)
    computer.subscribe()

    assert computer.codes("install", "good_tool", "bad_tool") == ["install.wheel-unreadable"]
    assert computer.codes("install-file", computer.folder / "made/bad_tool-1.0.0.zip") == [
        "install.wheel-unreadable"
    ]
    assert sorted(computer.versions()) == ["good_tool"]


def test_a_folder_in_use_keeps_its_old_version_and_the_others_are_updated(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """33: on Windows Blender half replaces it, and leaves the rest to its next start."""
    for name in ("used_tool", "free_tool"):
        computer.offer(name)
    computer.subscribe()
    computer.run("install", "used_tool", "free_tool")
    for name in ("used_tool", "free_tool"):
        computer.offer(name, "2.0.0")
    real = switch_module.switch

    def busy(new: Path | None, place: Path, old: Path, **options: Any) -> None:
        if place.name == "used_tool":
            raise PermissionError(13, "The process cannot access the file")
        real(new, place, old, **options)

    monkeypatch.setattr("extery.client.transaction.switch", busy)

    assert computer.codes("update", "--sync") == ["install.in-use"]
    assert computer.versions() == {"free_tool": "2.0.0", "used_tool": "1.0.0"}
    monkeypatch.undo()
    monkeypatch.setenv("EXTERY_CACHE", str(computer.folder / "cache"))
    monkeypatch.setenv("EXTERY_CONFIG", str(computer.folder / "config"))
    assert computer.run("update").exit_code == 0
    assert computer.versions() == {"free_tool": "2.0.0", "used_tool": "2.0.0"}
