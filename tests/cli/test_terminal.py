"""Colour, width and progress, on terminals and in files and pipes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extery.cli.output.progress import ProgressBar
from extery.cli.terminal import is_interactive, uses_color, width_of
from tests.cli.test_cli import modules_after
from tests.samples import MANIFESTS

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_environment_variables_control_colour(
    environment: dict[str, str], on_terminal: bool, in_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert uses_color(Terminal()) is on_terminal
    assert uses_color(io.StringIO()) is in_pipe


def test_a_closed_or_missing_stream_is_not_a_terminal() -> None:
    stream = io.StringIO()
    stream.close()

    assert not is_interactive(stream)
    assert not is_interactive(None)


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("1", 40), ("99999", 500), ("wide", 100), ("", 100), ("1" * 99, 100)],
)
def test_columns_is_the_width_within_limits(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    assert width_of(io.StringIO()) == width


def _validate(**environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", "extery", "validate", MANIFESTS["manifest.tagline.too-long"]],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=kept | environment,
    )
    return done.stdout + done.stderr


def test_a_pipe_has_the_same_text_and_colour_only_if_forced() -> None:
    plain, colored = _validate(), _validate(FORCE_COLOR="1")

    assert "\x1b" not in plain
    assert "\x1b[31m" in colored
    import click

    assert click.unstyle(colored) == plain


def test_source_lines_fit_the_columns() -> None:
    lines = [line for line in _validate(COLUMNS="50").splitlines() if " | " in line]

    assert lines
    assert max(map(len, lines)) <= 50


def test_no_progress_is_written_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("Mirroring") as bar:
        assert not bar.is_shown
        bar.update(1, 2, "1 of 2 packages")

    assert capsys.readouterr().err == ""


def test_rich_is_imported_for_progress_on_a_terminal_only(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text('{"version": "v1", "blocklist": [], "data": []}')

    modules = modules_after("server-check", str(tmp_path))

    assert "httpx" in modules
    assert "rich" not in modules


def test_a_terminal_shows_progress_and_clears_it_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    with ProgressBar("Mirroring") as bar:
        assert bar.is_shown
        bar.update(1, 2, "1 of 2 [packages]")

    written = terminal.getvalue()
    assert "Mirroring" in written
    assert "1 of 2 [packages]" in written
    assert written.rstrip().endswith("\x1b[2K")
