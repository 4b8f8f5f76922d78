"""The site's commands where they cannot start: problems with a code and a hint, and a summary."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts import free_port
from tests.waiting import HANG

COMMANDS = {
    "serve": (["serve", "--port", "0"], "The site was not started."),
    "worker": (["worker"], "The worker was not started."),
    "workers": (["worker", "--processes", "2"], "The worker was not started."),
    "manage": (["manage", "migrate"], "The command failed."),
}
every_command = pytest.mark.parametrize("command", COMMANDS)


def run(folder: Path, arguments: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``extery`` in ``folder`` with no other settings than these."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("EXTERY_")}
    return subprocess.run(
        [sys.executable, "-m", "extery", *arguments],
        cwd=folder,
        env=others | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG,
    )


def failure(folder: Path, command: str, code: str, **variables: str) -> str:
    """Run a command that fails; check the form of its output and return the message."""
    arguments, summary = COMMANDS[command]
    result = run(folder, arguments, **variables)
    assert result.returncode == 1, result.stderr
    assert result.stdout == ""
    message, hint, end = result.stderr.splitlines()[-3:]
    assert "Traceback" not in result.stderr
    assert message.endswith(f"[{code}]")
    assert hint.startswith("  hint: ")
    assert end == f"{summary} Found 1 error."
    return message


@every_command
def test_a_bad_setting_is_a_problem(tmp_path: Path, command: str) -> None:
    message = failure(tmp_path, command, "setting.bad-value", EXTERY_DEBUG="maybe")

    assert message.startswith("environment:EXTERY_DEBUG: error: EXTERY_DEBUG is 'maybe', expected")
    assert list(tmp_path.iterdir()) == []


@every_command
def test_a_data_folder_that_cannot_be_created_is_a_problem(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "file" / "var"

    message = failure(tmp_path, command, "setting.data-folder", EXTERY_DATA=str(data))

    assert f"the data folder {data} cannot be used: Not a directory" in message


@every_command
def test_a_database_file_that_cannot_be_opened_is_a_problem(tmp_path: Path, command: str) -> None:
    address = f"sqlite:///{tmp_path}/missing/db.sqlite3"

    message = failure(tmp_path, command, "setting.database", EXTERY_DATABASE=address)

    assert "unable to open database file" in message


@every_command
def test_a_database_server_that_does_not_answer_is_a_problem(tmp_path: Path, command: str) -> None:
    pytest.importorskip("psycopg")
    address = f"postgresql://ada:s3cret@127.0.0.1:{free_port()}/extery"

    message = failure(tmp_path, command, "setting.database", EXTERY_DATABASE=address)

    assert "Connection refused" in message
    assert "s3cret" not in message


def test_a_file_that_is_not_a_database_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite3").write_bytes(b"no database" * 100)
    address = f"sqlite:///{tmp_path}/db.sqlite3"

    message = failure(tmp_path, "serve", "setting.database", EXTERY_DATABASE=address)

    assert "file is not a database" in message


def test_a_port_in_use_is_a_problem_and_nothing_is_created(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        port = used.getsockname()[1]
        result = run(tmp_path, ["serve", "--port", str(port)])

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"error: port {port} of 127.0.0.1 cannot be used: Address already in use [setting.port]",
        f"  hint: stop the program that uses it, or choose another port: --port {port % 65535 + 1}",
        "The site was not started. Found 1 error.",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["serve", "--port", "x"], ["worker", "--threads", "0"]])
def test_wrong_usage_has_status_2(tmp_path: Path, arguments: list[str]) -> None:
    result = run(tmp_path, arguments)

    assert result.returncode == 2
    assert "Usage: extery" in result.stderr


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database."""
    folder = tmp_path_factory.mktemp("site")
    assert run(folder, ["manage", "migrate", "--verbosity", "0"]).returncode == 0
    return folder


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ["moderator", "zoe"],
            "error: there is no account named zoe [account.not-found]",
            "correct the name, or sign up on the site first",
        ),
        (
            ["tasks", "show", "abc"],
            "error: 'abc' is not the beginning of an id of a task [task.bad-id]",
            "give at least the first 6 digits of an id that 'extery manage tasks' prints",
        ),
    ],
)
def test_a_failed_management_command_ends_with_a_problem(
    site_folder: Path, arguments: list[str], message: str, hint: str
) -> None:
    result = run(site_folder, ["manage", *arguments])

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        message,
        f"  hint: {hint}",
        "The command failed. Found 1 error.",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("moderater", "Error: No such command 'moderater'. Did you mean moderator?"),
        ("xyz", "Error: No such command 'xyz'. 'help' lists the commands."),
    ],
)
def test_an_unknown_management_command_has_status_2(
    site_folder: Path, name: str, message: str
) -> None:
    result = run(site_folder, ["manage", name])

    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == message
