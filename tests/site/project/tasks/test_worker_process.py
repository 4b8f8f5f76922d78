"""The supervised child process: restarted when it ends, ended with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from extery_site.project.worker_process import WorkerProcess
from tests.site.project.tasks.processes import ROOT
from tests.waiting import HANG, is_alive, wait_until

#: Appends its process id to a file, waits for the end of its stdin, creates another file.
_CHILD = """
import os, sys
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file, flush=True)
if sys.argv[2] == "end":
    sys.exit(1)
while os.read(0, 100):
    pass
with open(sys.argv[1] + ".end", "w"):
    pass
"""


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], WorkerProcess]:
    """A supervised process that waits for the end of its stdin, or ends immediately."""
    return lambda what: WorkerProcess(
        command=[sys.executable, "-c", _CHILD, str(tmp_path / "pids"), what], min_delay=0.01
    )


def pids(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_a_killed_child_is_restarted(tmp_path: Path, make: Callable[[str], WorkerProcess]) -> None:
    process = make("wait")
    process.start()
    wait_until(lambda: len(pids(tmp_path)) == 1)
    assert process.pid == pids(tmp_path)[0]
    os.kill(pids(tmp_path)[0], signal.SIGTERM)
    wait_until(lambda: len(pids(tmp_path)) == 2)
    process.stop()
    assert process.pid is None
    assert not is_alive(pids(tmp_path)[1])


def test_a_child_that_keeps_ending_is_restarted_until_it_is_stopped(
    tmp_path: Path, make: Callable[[str], WorkerProcess]
) -> None:
    process = make("end")
    process.start()
    wait_until(lambda: len(pids(tmp_path)) == 3)
    process.stop()
    assert process.pid is None


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is sent")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from extery_site.project.worker_process import WorkerProcess\n"
        f"command = [sys.executable, '-c', {_CHILD!r}, sys.argv[1], 'wait']\n"
        "WorkerProcess(command=command).start()\n"
        "time.sleep(1000)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "pids")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        wait_until(lambda: pids(tmp_path))
    finally:
        parent.kill()
        parent.wait(HANG)
    wait_until((tmp_path / "pids.end").exists)

    assert len(pids(tmp_path)) == 1
