"""Readers, other processes and crashes never find half of a change (25, 28, 29)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from extery.client.blender_lock import holder_of
from extery.client.layout import BLENDER_LOCK
from tests.client.weaknesses.computer import LISTING, Computer
from tests.fetch.web import Handler
from tests.kills.writes import checked_after_each_write


def test_an_extension_is_never_absent_while_it_is_updated(computer: Computer) -> None:
    """25: Blender removes the old folder first, and loses the extension if the new one cannot be renamed."""
    computer.offer(version="1.0.0")
    computer.subscribe()
    computer.run("install", "gear_tool")
    computer.offer(version="2.0.0")
    seen = set()

    def look() -> None:
        seen.add(computer.versions()["gear_tool"])
        code = (computer.extensions / "studio/gear_tool/__init__.py").read_text()
        assert f"VERSION = '{computer.versions()['gear_tool']}'" in code
        assert computer.stored()["version"] == "v1"

    with checked_after_each_write(computer.extensions, look) as writes:
        assert computer.run("update", "--sync").exit_code == 0

    assert writes.count > 5
    assert seen == {"1.0.0", "2.0.0"}


def test_the_lock_of_blender_is_respected_and_never_left(computer: Computer) -> None:
    """28: Blender's tool takes no lock, and a failure leaves those of other repositories held."""
    computer.offer()
    computer.subscribe()
    computer.run("sync")
    lock = computer.extensions / "studio/.blender_ext" / BLENDER_LOCK
    crashed = computer.folder / "blender_a1b2c3"
    lock.write_text(str(crashed))  # of a session that has ended
    held = []

    def look() -> None:
        if lock.exists():
            held.append(holder_of(lock))

    with checked_after_each_write(computer.extensions, look):
        assert computer.run("install", "gear_tool").exit_code == 0

    assert any(held)
    assert not lock.exists()


def test_commands_at_the_same_time_wait_for_each_other(computer: Computer) -> None:
    """28: between Blender's test and its creation of the lock a second process can take it."""
    names = [f"tool_{number}" for number in range(3)]
    for name in names:
        computer.offer(name)
    computer.subscribe()
    computer.run("sync")
    command = [sys.executable, "-m", "extery", "install"]
    options = ["--dir", str(computer.extensions), "--blender", "4.2"]
    running = [
        subprocess.Popen([*command, name, *options], stderr=subprocess.PIPE) for name in names
    ]
    outputs = [process.communicate(timeout=120)[1] for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], outputs
    assert sorted(computer.versions()) == names
    assert len(computer.target_data("history")["operations"]) == 3


def test_a_sync_that_is_killed_leaves_nothing(computer: Computer) -> None:
    """29: an interrupted check of Blender leaves files beside the listing for ever."""
    computer.offer()
    computer.subscribe()
    computer.run("sync")
    before = json.dumps(computer.stored())
    options = ["--dir", str(computer.extensions), "--blender", "4.2"]
    process = subprocess.Popen([sys.executable, "-m", "extery", "sync", *options])

    def kill(handler: Handler, body: bytes) -> bool:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True

    computer.web.fail(LISTING, *[kill] * 9)
    assert process.wait(timeout=120) == -signal.SIGKILL
    computer.web.faults.clear()

    assert json.dumps(computer.stored()) == before
    assert computer.run("sync").exit_code == 0
    assert computer.leftovers() == []


def test_what_interrupted_checks_of_blender_have_left_is_found(computer: Computer) -> None:
    """29: Blender does not remove it."""
    computer.offer()
    computer.subscribe()
    computer.run("sync")
    left = computer.extensions / "studio/.blender_ext/index.json@1a2b"
    left.write_text("{}")
    os.utime(left, (0, 0))

    [problem] = [p for p in computer.data("doctor")["problems"] if "leftover" in p["code"]]
    assert "unfinished downloads of the listing of studio" in problem["message"]
    assert f"rm {left.parent}/index.json@*" in problem["hint"]
