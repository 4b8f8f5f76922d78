"""Progress of commands: bars on a terminal, lines elsewhere, events with --json, nothing with --quiet."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from extery.cli.app import extery
from extery.cli.command import Run
from extery.cli.output import QUIET, run_progress
from extery.cli.output.events import EVENTS, event_line
from extery.cli.output.progress import MAX_ROWS, ProgressBar
from extery.cli.output.run_progress import RunProgress, report_wait
from extery.cli.project_file import ProjectConfig
from tests.client.samples import make_package


class Clock:
    """The time of `RunProgress`."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    fake = Clock()
    monkeypatch.setattr(run_progress, "time", fake)
    return fake


@contextmanager
def running(*, output_format: str = "text", quiet: bool = False) -> Iterator[None]:
    """Be within a command with these options."""
    context = click.Context(click.Command("install"), obj=Run(output_format, ProjectConfig()))
    context.meta[QUIET] = quiet
    with context:
        yield


def show(clock: Clock, *, steps: int = 4, seconds: float = 0.5) -> None:
    with RunProgress("Installing", "package") as progress:
        progress.changed("studio.gear_tool", "downloading", size=4_000_000)
        for step in range(1, steps + 1):
            clock.now += seconds
            received = step * 1_000_000
            progress.update(step // 4, 1, received=received, of_bytes=4_000_000, fetched=received)
        progress.changed("studio.gear_tool", "done", size=4_000_000)


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_a_line_is_printed_at_most_once_a_second(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with running():
        show(clock, steps=8)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[0] == "Installing: 0 of 1 package, 2.0 MB of 4.0 MB, 2.0 MB/s"


def test_what_is_done_within_a_second_prints_no_line(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with running():
        show(clock, seconds=0.1)
    assert capsys.readouterr().err == ""


def test_quiet_prints_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    for output_format in ("text", "json"):
        with running(quiet=True, output_format=output_format):
            show(clock)
    with running(quiet=True):
        report_wait("process 7")
    assert capsys.readouterr().err == ""


def test_json_writes_one_event_a_line(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with running(output_format="json"):
        show(clock)
        report_wait("process 7")
    text = capsys.readouterr().err
    found = events(text)
    assert len(found) == len(text.splitlines())
    assert [item["event"] for item in found] == [
        "item",
        "progress",
        "progress",
        "item",
        "waiting",
    ]
    assert found[2] == {
        "event": "progress",
        "done": 1,
        "of": 1,
        "received": 4_000_000,
        "of_bytes": 4_000_000,
        "rate": 2_000_000,
    }
    assert found[4]["holder"] == "process 7"


def test_an_event_has_the_members_of_its_table_only() -> None:
    assert json.loads(event_line("waiting", holder="x\n")) == {"event": "waiting", "holder": "x\n"}
    assert "\n" not in event_line("waiting", holder="x\n")
    with pytest.raises(KeyError):
        event_line("waiting", holder="x", more=1)
    with pytest.raises(KeyError):
        event_line("waiting")
    with pytest.raises(KeyError):
        event_line("other")


class Terminal(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_total_rate_and_each_package_in_work(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with running(), RunProgress("Installing", "package") as progress:
        clock.now += 2
        progress.changed("studio.gear\x1b[2J", "downloading", size=4_000_000)
        progress.update(3, 20, received=2_000_000, of_bytes=8_000_000, fetched=1_000_000)
        bar = progress._bar
        assert bar._progress is not None
        bar._progress.refresh()
        shown = terminal.getvalue()
        progress.changed("studio.gear\x1b[2J", "done", size=4_000_000)
        assert [task.description for task in bar._progress.tasks] == ["Installing"]
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert "3 of 20 packages, 2.0 MB of 8.0 MB, 500 KB/s" in text
    assert "gear\\x1b[2J" in text
    assert "downloading" in text


def test_only_some_packages_have_a_bar_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with ProgressBar("Installing") as bar:
        for number in range(MAX_ROWS + 3):
            bar.show_item(f"studio.tool{number}", "downloading", 0, 10)
        assert bar._progress is not None
        assert len(bar._progress.tasks) == MAX_ROWS + 1
        bar.hide_item(f"studio.tool{MAX_ROWS + 1}")  # it has none
        bar.hide_item("studio.tool0")
        assert len(bar._progress.tasks) == MAX_ROWS


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EXTERY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("EXTERY_CONFIG", str(tmp_path / "config"))
    folder = tmp_path / "packages"
    make_package(folder, "gear_tool")
    make_package(folder, "sketch_tool")
    made = CliRunner().invoke(extery, ["server-generate", "--repo-dir", str(folder)])
    assert made.exit_code == 0
    added = run(tmp_path, "repo", "add", str(folder), "--name", "studio")
    assert added.exit_code == 0, added.output
    return tmp_path


def run(folder: Path, *arguments: str, to: str = "extensions") -> Result:
    target = ["--dir", str(folder / to), "--blender", "4.2"]
    return CliRunner().invoke(extery, [*arguments, *target])


def items(result: Result, state: str) -> set[str]:
    """Return the names of the items that an event states to be in a state, after a check of all events."""
    found = events(result.stderr)
    for item in found:
        assert item.keys() - {"event"} == EVENTS[item["event"]].members.keys()
    return {item["name"] for item in found if item.get("state") == state}


def test_commands_write_events_and_one_document(repository: Path) -> None:
    bundle = str(repository / "all.zip")
    names = {"studio.gear_tool", "studio.sketch_tool"}
    synced = run(repository, "sync", "--json")
    assert items(synced, "done") == {"studio"}
    installed = run(repository, "install", "gear_tool", "sketch_tool", "--json")
    assert items(installed, "downloading") == items(installed, "done") == names
    assert events(installed.stderr)[-1]["done"] == 2
    updated = run(repository, "update", "--json")
    assert items(updated, "done") == set()
    bundled = run(repository, "bundle", bundle, "--json")
    assert items(bundled, "done") == names
    restored = run(repository, "restore", bundle, "--json", to="other")
    assert items(restored, "done") == names
    for result in (synced, installed, updated, bundled, restored):
        assert result.exit_code == 0
        assert json.loads(result.stdout)["ok"] is True


def test_quiet_commands_print_problems_only(repository: Path) -> None:
    bundle = str(repository / "all.zip")
    for arguments in (
        ["sync"],
        ["install", "gear_tool"],
        ["update"],
        ["bundle", bundle],
        ["restore", bundle],
    ):
        result = run(repository, *arguments, "--quiet")
        assert (result.exit_code, result.output) == (0, "")
    result = run(repository, "install", "none_tool", "--quiet")
    assert "install.unknown" in result.output
    assert "Nothing to do" not in result.output


def test_a_package_that_fails_is_an_event(repository: Path) -> None:
    assert run(repository, "sync").exit_code == 0
    next((repository / "packages").glob("gear_tool-*.zip")).write_bytes(b"x")
    result = run(repository, "install", "gear_tool", "sketch_tool", "--json")
    assert items(result, "failed") == {"studio.gear_tool"}
    assert items(result, "done") == {"studio.sketch_tool"}
    assert result.exit_code == 1
