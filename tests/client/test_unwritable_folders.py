"""Folders that may be read only: each command names the folder, the reason and a cure, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.client.machine import Machine
from tests.disk_faults import without_root
from tests.sampled import some_names

#: Commands that change something in the folder of extensions.
CHANGES = {
    "install": ("install", "spring_tool"),
    "install-file": ("install-file", "FILE"),
    "update": ("update",),
    "remove": ("remove", "gear_tool"),
    "undo": ("undo",),
    "rollback": ("rollback", "gear_tool"),
    "repair": ("repair", "gear_tool"),
    "sync": ("sync",),
    "repo add": ("repo", "add", "OTHER", "--name", "other"),
    "repo remove": ("repo", "remove", "studio"),
    "repo rename": ("repo", "rename", "studio", "workshop"),
    "pin": ("pin", "gear_tool"),
    "restore": ("restore", "LOCK"),
    "gc": ("gc", "--keep-operations", "0", "--keep-days", "0"),
}
READS = (
    "list",
    "search tool",
    "info gear_tool",
    "outdated",
    "files gear_tool",
    "verify",
    "history",
)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path, tmp_path / "home")
    made.prepare(
        ("install", "spring_tool"),
        ("lock", "LOCK"),
        ("remove", "spring_tool"),
        ("install", "gear_tool"),
        ("publish",),
        ("sync",),
        ("update", "gear_tool"),
        ("damage",),
    )
    packages = [("gear_tool", "3.0.0"), ("spring_tool", "0.3.0")]
    made.generate(made.packages, *packages)
    made.done("sync")
    made.generate(made.packages, *packages, ("another_tool", "1.0.0"))
    return made


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write in ``folder`` and all folders below it."""
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in folders:
        path.chmod(0o555)
    for path in files:
        path.chmod(0o444)
    try:
        with without_root():
            yield
    finally:
        for path in folders:
            path.chmod(0o755)
        for path in files:
            path.chmod(0o644)


@pytest.mark.parametrize("part", ["", ".extery", "studio"])
@pytest.mark.parametrize("command", some_names([*CHANGES], 5))
def test_nothing_is_changed_in_a_folder_that_is_read_only(
    machine: Machine, command: str, part: str
) -> None:
    before, names = machine.state(), machine.names()
    with read_only(machine.target / part):
        result = machine.run(*CHANGES[command])
    is_error = result.exception is None or isinstance(result.exception, SystemExit)
    assert is_error, (result.output, result.exception)
    if part == "studio" and result.exit_code == 0:
        # They need no other folder; the repository has an extension, so its folder stays.
        assert command in ("install-file", "repo add", "repo remove", "pin")
        return
    assert result.exit_code == 1, result.output
    assert "Permission denied" in result.output
    assert "hint: " in result.output
    assert str(machine.target) in result.output
    assert machine.state() == before
    added = {name for name in machine.names() - names if not name.startswith("cache/")}
    assert added <= {"extensions/.extery/lock"}


@pytest.mark.parametrize("command", READS)
def test_commands_that_only_read_work_in_a_folder_that_is_read_only(
    machine: Machine, command: str
) -> None:
    usual = machine.run(*command.split())
    with read_only(machine.target):
        result = machine.run(*command.split())
    assert (result.exit_code, result.output) == (usual.exit_code, usual.output)


@pytest.mark.parametrize("place", ["cache", "config"])
def test_a_cache_or_settings_that_are_read_only_are_named(machine: Machine, place: str) -> None:
    before = machine.state()
    (machine.home / place).mkdir(exist_ok=True)
    changing = (
        ("config", "set", "check-updates", "no") if place == "config" else CHANGES["install-file"]
    )
    with read_only(machine.home / place):
        result = machine.run(*changing)
    assert result.exit_code == 1
    assert str(machine.home / place) in result.output
    assert "Permission denied" in result.output
    assert "hint: " in result.output
    assert machine.state() == before


def test_root_may_write_again_after_the_block(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with read_only(tmp_path / "folder"), pytest.raises(PermissionError):
        (tmp_path / "folder/file").write_text("")
    (tmp_path / "folder/file").write_text("")
    assert (tmp_path / "folder/file").exists()


def test_what_cannot_be_removed_is_not_counted_as_removed(machine: Machine) -> None:
    with read_only(machine.target / "studio"):
        result = machine.run("gc", "--keep-operations", "0", "--keep-days", "0")
    assert "Nothing was removed. Found 2 errors." in result.output
    machine.done("undo")
    assert (machine.target / "studio/gear_tool/data/a.txt").read_text() == "a" * 20_000


def test_a_kept_extension_of_which_a_part_was_removed_is_not_brought_back(machine: Machine) -> None:
    [kept] = machine.target.glob("studio/.extery/000004/old/gear_tool")
    kept.rename(kept.with_name(".discarded-gear_tool"))
    machine.done("sync")
    assert not kept.parent.exists()
