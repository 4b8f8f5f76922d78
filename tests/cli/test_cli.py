"""The ``extery`` command: help, version, errors, and imports at the start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from extery import __version__
from extery.cli.app import COMMANDS, OLD_NAMES, SECTIONS, extery
from tests.cli.imports import modules_after
from tests.parts import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "extery", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")

    assert done.stdout == f"extery {__version__}\n"
    assert done.returncode == 0


def test_every_command_has_a_module_with_its_name() -> None:
    for name, summary in COMMANDS.items():
        done = CliRunner().invoke(extery, [name, "--help"])
        assert done.exit_code == 0, name
        assert summary.split(".")[0] in " ".join(done.output.split())


def test_the_help_lists_every_command_with_its_summary() -> None:
    output = " ".join(run("--help").stdout.split())

    for name, summary in COMMANDS.items():
        assert f"{name} {summary}" in output


def test_the_help_groups_the_commands_by_their_use() -> None:
    lines = run("--help").stdout.splitlines()
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]

    assert headings[1:5] == [f"{heading}:" for heading in SECTIONS]
    assert lines.index("Write extensions:") < next(
        number for number, line in enumerate(lines) if line.startswith("  validate ")
    )
    assert (
        len(
            {
                line.index(summary[:9])
                for line in lines
                for summary in COMMANDS.values()
                if summary[:9] in line[19:]
            }
        )
        == 1
    )


def test_an_unknown_command_is_a_usage_error() -> None:
    done = run("instal")

    assert done.returncode == 2
    assert "No such command 'instal'" in done.stderr


@pytest.mark.parametrize(
    ("typed", "meant"), [("biuld", "build"), ("server-generat", "server-generate")]
)
def test_similar_commands_are_suggested(typed: str, meant: str) -> None:
    assert f"Did you mean {meant}" in run(typed).stderr


@pytest.mark.parametrize(("old", "current"), sorted(OLD_NAMES.items()))
def test_the_words_of_the_first_design_run_the_commands_of_today(old: str, current: str) -> None:
    done = run(old, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: extery {current} ")
    assert done.stderr == f"{old} is called {current} now\n"
    assert old not in COMMANDS


@pytest.mark.parametrize(
    ("name", "expected"), [("own", "own "), ("Our Add-ons", "OurAddons ")], ids=["name", "title"]
)
@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_a_repository_is_added_in_the_words_of_the_first_design(
    tmp_path: Path, place: str, name: str, expected: str
) -> None:
    (tmp_path / "mine").mkdir()
    target = ["--dir", str(tmp_path / "extensions"), "--blender", "4.2"]
    arguments = [str(tmp_path / "mine"), name]
    position = ["before", "between", "after"].index(place)

    done = run("add-repository-local", *arguments[:position], *target, *arguments[position:])

    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("add-repository-local is called repo add now\n")
    assert done.stdout.startswith(expected)


@pytest.mark.parametrize("arguments", [[], ["a", "b", "c"], ["--nope", "a", "b"]])
def test_wrong_usage_of_an_old_word_is_that_of_the_command_of_today(arguments: list[str]) -> None:
    done = run("add-repository-remote", *arguments)

    assert done.returncode == 2
    assert done.stderr.startswith(
        "add-repository-remote is called repo add now\nUsage: extery repo"
    )


def test_similar_options_are_suggested() -> None:
    assert "--strict" in run("validate", "--strct").stderr


def test_the_version_has_a_short_option() -> None:
    assert run("-V").stdout == run("--version").stdout
    assert CliRunner().invoke(extery, ["-V"]).output == f"extery {__version__}\n"


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_imports_no_command(option: str) -> None:
    assert "click" not in modules_after(option)


@pytest.mark.parametrize(
    "heavy", ["zipfile", "tomllib", "tomlkit", "django", "rich", "httpx", "hashlib"]
)
def test_the_help_imports_nothing_heavy(heavy: str) -> None:
    assert heavy not in modules_after("--help")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has such a device")
@pytest.mark.parametrize("arguments", [["--help"], ["validate", "nowhere"]])
def test_an_error_of_the_output_is_reported_without_traceback(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "extery", *arguments],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert done.returncode == 1
    assert done.stderr == "error: the output cannot be written: No space left on device\n"


def test_a_closed_pipe_is_not_reported() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "extery", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""

    assert process.returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_command_works_without_output_streams(closed: str, tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m extery server-generate --repo-dir "{tmp_path}" {closed}'

    done = subprocess.run(command, shell=True, check=False)

    assert done.returncode == 0
    assert (tmp_path / "index.json").exists()


@pytest.mark.parametrize(
    ("words", "completed"), [("extery bu", "plain,build"), ("extery build --spl", "plain,--split")]
)
def test_a_shell_completes_commands_and_options(words: str, completed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "extery"],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={
            **os.environ,
            "_EXTERY_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        },
    )

    assert done.stdout.startswith(completed)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_page_on_completion_has_every_shell(shell: str) -> None:
    page = (ROOT / "docs/how-to/complete-commands-in-a-shell.md").read_text("utf-8")

    assert f"_EXTERY_COMPLETE={shell}_source extery" in page


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "{url}"],
        ["build", "{url}"],
        ["preview", "{url}"],
        ["server-generate", "--repo-dir", "{url}"],
        ["mirror", "{url}", "{url}"],
    ],
)
@pytest.mark.parametrize("url", ["https://example.org/gears.zip", "file:///srv/gears"])
def test_a_url_in_place_of_a_path_is_wrong_usage_and_printed_unchanged(
    arguments: list[str], url: str
) -> None:
    done = CliRunner().invoke(extery, [argument.format(url=url) for argument in arguments])

    assert done.exit_code == 2
    assert f"'{url}' is a URL" in done.stderr
