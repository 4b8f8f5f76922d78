"""A disk that becomes full at any write: the command says so, the state is the old or the new one, and the next command cleans up."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import Result

from tests.client.machine import Machine
from tests.client.test_transaction import run_until_call
from tests.disk_faults import FullDisk, fill, small_disk
from tests.sampled import some_numbers

#: Each command, with those that make the state before it.
COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "install": (("install", "gear_tool"),),
    "install-file": (("install-file", "FILE"),),
    "update": (("install", "gear_tool"), ("publish",), ("sync",), ("update",)),
    "remove": (("install", "gear_tool", "spring_tool"), ("remove", "gear_tool")),
    "undo": (("install", "gear_tool"), ("remove", "gear_tool"), ("undo",)),
    "rollback": (("install", "gear_tool"), ("publish",), ("sync",), ("update",), ("rollback", "gear_tool")),
    "repair": (("install", "gear_tool"), ("damage",), ("repair", "gear_tool")),
    "sync": (("publish",), ("sync",)),
    "repo add": (("repo", "add", "OTHER", "--name", "other"),),
    "repo remove": (("repo", "remove", "studio"),),
    "repo rename": (("install", "gear_tool"), ("repo", "rename", "studio", "workshop")),
    "repo disable": (("repo", "disable", "studio"),),
    "repo token": (("repo", "token", "studio", "--token-stdin"),),
    "pin": (("install", "gear_tool"), ("pin", "gear_tool")),
    "lock": (("install", "gear_tool"), ("lock", "LOCK")),
    "restore": (
        ("install", "gear_tool"),
        ("lock", "LOCK"),
        ("remove", "gear_tool"),
        ("restore", "LOCK"),
    ),
    "bundle": (("install", "gear_tool"), ("bundle", "BUNDLE.zip")),
    "bundle in a folder": (("install", "gear_tool"), ("bundle", "BUNDLE")),
    "gc": (
        ("install", "gear_tool"),
        ("add-file",),
        ("remove", "gear_tool"),
        ("gc", "--keep-operations", "0", "--keep-days", "0", "--keep-packages", "0"),
    ),
    "config set": (("config", "set", "check-updates", "no"),),
}  # fmt: skip


def is_explained(result: Result) -> bool:
    """Return whether a failure has a reason, a code and a cure, and no traceback."""
    is_error = result.exception is None or isinstance(result.exception, SystemExit)
    is_full = "No space left" in result.output or "[fetch.no-space]" in result.output
    return is_error and result.exit_code == 1 and is_full and "hint: " in result.output


def check(machine: Machine, command: str, calls: Iterable[int], *, stays: bool) -> int:
    """Run ``command`` with a disk that is full from each of ``calls`` on; return how often it failed."""
    machine.prepare(*COMMANDS[command][:-1])
    arguments = COMMANDS[command][-1]
    old, old_names = machine.state(), machine.names()
    machine.set_back()
    machine.done(*arguments)
    machine.done("gc")
    new, new_names = machine.state(), machine.names()
    failures = 0
    for number in calls:
        machine.set_back()
        with FullDisk(number, stays=stays) as disk:
            result = machine.run(*arguments)
        if not disk.failed:
            assert result.exit_code == 0, result.output
            break
        where = f"call {number}: {result.output}"
        if result.exit_code:
            failures += 1
            assert is_explained(result), (where, result.exception)
        machine.done("gc")
        if command == "repo remove":  # it keeps the repository, whose listing is a copy
            machine.done("sync")
        state = machine.state()
        assert state == new if result.exit_code == 0 else state in (old, new), where
        assert machine.names() - old_names - new_names == set(), where
    return failures


@pytest.mark.parametrize(
    "stays", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["full", "once"]
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_is_full_at_any_call(tmp_path: Path, command: str, *, stays: bool) -> None:
    machine = Machine(tmp_path, tmp_path / "home")
    failures = check(machine, command, some_numbers(10_000), stays=stays)
    assert failures or not stays


@pytest.mark.parametrize("command", ["install-file", "update", "remove", "undo", "sync", "restore"])
def test_a_small_disk_that_is_full_at_any_page(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real file system: SQLite and the lock files write too, and renames need no space."""
    monkeypatch.setattr("extery.fetch.disk.MIN_FREE", 0)
    page, states = os.sysconf("SC_PAGE_SIZE"), []
    with small_disk(tmp_path / "disk", 4_000_000) as disk:
        machine = Machine(tmp_path, disk / "home")
        machine.prepare(*COMMANDS[command][:-1])
        old = machine.state()
        for free in range(0, 4_000_000, page):
            machine.set_back()
            ballast = fill(disk, free)
            result = machine.run(*COMMANDS[command][-1])
            ballast.unlink()
            if result.exit_code:
                assert is_explained(result), (free, result.output, result.exception)
            machine.done("gc")
            states.append(machine.state())
            if result.exit_code == 0 and states[-2:-1] == states[-1:] != [old]:
                break
    new = states[-1]
    assert new != old
    assert all(state in (old, new) for state in states)


#: What a killed command may leave: parts of downloads, which the next one continues or `gc` removes after a day, and
#: hidden files beside one that the user has named.
MAY_STAY = re.compile(r"cache/packages/.*\.(part|etag|new)|(work|config)/\.[^/]+\.new(/.*)?")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_killed_at_any_call(tmp_path: Path, command: str) -> None:
    machine = Machine(tmp_path, tmp_path / "home")
    *before, arguments = COMMANDS[command]
    machine.prepare(*before)
    old, old_names = machine.state(), machine.names()
    machine.set_back()
    machine.done(*arguments)
    machine.done("gc")
    new, new_names = machine.state(), machine.names()
    for number in some_numbers(10_000):
        machine.set_back()
        was_killed = run_until_call(number, lambda: machine.run(*arguments))
        machine.done("gc")
        if command == "repo remove" and machine.state() != new:
            machine.done("sync")
        state = machine.state()
        assert state == new if not was_killed else state in (old, new), f"call {number}"
        added = machine.names() - old_names - new_names
        assert [name for name in added if not MAY_STAY.fullmatch(name)] == [], f"call {number}"
        if not was_killed:
            break
    assert number > 2


def test_commands_that_only_read_work_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extery.fetch.disk.MIN_FREE", 0)
    with small_disk(tmp_path / "disk", 4_000_000) as disk:
        machine = Machine(tmp_path, disk / "home")
        machine.prepare(("install", "gear_tool"))
        reads = [
            text.split() for text in ("list", "search tool", "info gear_tool", "history", "verify")
        ]
        usual = [machine.done(*command) for command in reads]
        (machine.target / ".extery/index.sqlite").unlink()
        fill(disk, 0)
        assert [machine.done(*command) for command in reads] == usual


def test_gc_frees_space_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extery.fetch.disk.MIN_FREE", 0)
    with small_disk(tmp_path / "disk", 4_000_000) as disk:
        machine = Machine(tmp_path, disk / "home")
        machine.prepare(*COMMANDS["gc"][:-1])
        fill(disk, 0)
        assert "Removed 1 replaced extension" in machine.done(*COMMANDS["gc"][-1])
        status = os.statvfs(disk)
        assert status.f_bavail * status.f_frsize > 20_000
        [mine] = machine.target.rglob("mine.txt")
        assert mine.read_text() == "mine"
