"""Faults of the disk, killed processes and simultaneous ones leave the old or the new extension."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from extery.blender_ext import place
from tests.blender_ext.install.installing import install, url_of
from tests.blender_ext.tool import contents, make_repository, run, visible


def test_an_error_of_the_disk_is_a_fatal_error(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(place, "sync_to_disk", fail)
    done = install(remote, local, "gears")

    assert done.status == 1
    assert done.texts("FATAL_ERROR") == ["[Errno 5] Input/output error"]
    assert visible(local) == []


def test_a_folder_that_cannot_be_removed_is_relocated(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(remote, local, "gears")

    def rmtree(path: Path, **_options: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    again = install(remote, local, "gears")
    removed = run("uninstall", "gears", "--local-dir", local)

    expected = 'Relocated directory that could not be removed "gears": '
    assert again.messages[0][1].startswith(expected)
    assert again.messages[1] == ("STATUS", 'Reinstalled "gears"')
    assert removed.messages[0][1].startswith(expected)
    assert visible(local) == [".gears.temp", ".gears.~temp~"]


def test_a_full_disk_leaves_the_old_extension(
    remote: Path, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(remote, local, "gears")
    before = contents(local / "gears")
    make_repository(remote, "gears", version="1.3.0")

    def unpack(_package: Any, folder: Path, **_options: Any) -> None:
        folder.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(place, "unpack", unpack)
    done = install(remote, local, "gears")

    assert done.status == 1
    assert "No space left" in done.texts("ERROR")[0]
    assert visible(local) == ["gears"]
    assert contents(local / "gears") == before


def test_a_second_process_waits_for_the_first(remote: Path, local: Path) -> None:
    commands = [
        [
            *(sys.executable, "-m", "extery", "blender-ext", "install", name),
            *("--remote-url", url_of(remote), "--local-dir", str(local)),
        ]
        for name in ("gears", "cogs", "bolts", "gears")
    ]
    run("sync", "--remote-url", url_of(remote), "--local-dir", local)

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]

    assert [process.communicate()[0] and process.returncode for process in processes] == [0] * 4
    assert visible(local) == ["bolts", "cogs", "gears"]


KILLED_WHILE = ("unpack", "sync_to_disk", "switch", "_remove")
_KILLED = """\
import os, signal, sys
from extery.blender_ext import place
from extery.blender_ext.tool import run

name, before = sys.argv[1:3]
function = getattr(place, name)

def die(*arguments, **options):
    if before == "after":
        function(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, name, die)
run(sys.argv[3:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("function", KILLED_WHILE)
def test_a_killed_update_leaves_the_old_or_the_new_version(
    function: str, moment: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")
    make_repository(remote, "gears", version="1.3.0")
    repository = ["--remote-url", url_of(remote), "--local-dir", str(local)]
    run("sync", *repository)

    command = [sys.executable, "-c", _KILLED, function, moment, "install", "gears", *repository]
    killed = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)

    assert killed.returncode == -signal.SIGKILL
    left = contents(local / "gears")
    assert left == old or b'"1.3.0"' in left["blender_manifest.toml"]
    assert install(remote, local, "cogs").status == 0
    assert [name for name in visible(local) if name != ".gears.temp"] == ["cogs", "gears"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("function", ["switch", "_remove"])
def test_a_killed_removal_leaves_the_extension_whole_or_not_at_all(
    function: str, moment: str, remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")

    command = [sys.executable, "-c", _KILLED, function, moment, "uninstall", "gears"]
    killed = subprocess.run([*command, "--local-dir", str(local)], check=False)

    assert killed.returncode == -signal.SIGKILL
    assert not (local / "gears").exists() or contents(local / "gears") == old
    assert run("install-files", remote / "cogs.zip", "--local-dir", local).status == 0
    assert visible(local) in (["cogs"], ["cogs", "gears"])


def test_an_update_that_was_interrupted_between_its_renames_is_taken_back(
    remote: Path, local: Path
) -> None:
    install(remote, local, "gears")
    old = contents(local / "gears")
    (local / "gears").rename(local / ".gears.~temp~")
    (local / "gears@").mkdir()
    (local / ".blender_ext" / "extery.lock.holder").write_text("")

    assert install(remote, local, "cogs").status == 0
    assert visible(local) == ["cogs", "gears"]
    assert contents(local / "gears") == old
