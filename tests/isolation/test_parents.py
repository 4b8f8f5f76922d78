"""Nothing of an isolated function outlives the program that has called it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from extery.isolation import starting
from extery.isolation.confinement import CONFINEMENTS, MAX_PROCESSES
from extery.isolation.processes import processes_below
from tests.waiting import is_alive, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")
_PROGRAM = """
import io, sys
from extery.isolation import starting
from extery.isolation.client import Isolation
from extery.isolation.limits import Limits
starting._works[""] = sys.argv[1]
isolation = Isolation({"sleep": "tests.isolation.functions.sleep"})
isolation.kind
print("started", flush=True)
isolation.call("sleep", io.BytesIO(b""), {}, Limits(seconds=900.0))
"""


@pytest.mark.parametrize("kind", CONFINEMENTS)
def test_processes_of_a_killed_program_end(kind: str, tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with program:
        assert program.stdout is not None
        if program.stdout.readline() != b"started\n":
            pytest.skip("not on this system")
        # The template, the call, and what starts them.
        wait_until(lambda: len(processes_below(program.pid)) >= (2 if kind == "filter" else 3))
        below = processes_below(program.pid)
        program.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in below))


def test_folders_of_killed_programs_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting.tempfile, "gettempdir", lambda: str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    for name in (f"extery-isolated-{gone.pid}-a", f"extery-isolated-{os.getpid()}-b", "other"):
        (tmp_path / name).mkdir()
    starting.remove_old_folders()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [f"extery-isolated-{os.getpid()}-b", "other"]
    )


_BOMB = """
import os, resource, signal, time
from extery.isolation import linux
from extery.isolation.confinement import limit_processes
linux.libc()
if not os.getuid():  # root has no such limit
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    linux.unshare(0)
    if not os.fork():
        linux.unshare(linux.NEWUSER)
        os._exit(0)
    assert os.wait()[1] == 0
except (OSError, AssertionError):
    print("skip")
    raise SystemExit
def bomb():
    if os.fork():
        return
    limit_processes()
    linux.drop_capabilities()
    children = []
    try:
        while len(children) < 200:
            child = os.fork()
            if not child:
                time.sleep(600)
                os._exit(0)
            children.append(child)
    except BlockingIOError:
        pass
    os.write(1, b"%d " % len(children))  # at once, as two processes write
    time.sleep(0.5)  # while the other one counts its own
    for child in children:
        os.kill(child, signal.SIGKILL)
    os._exit(0)
bomb()
bomb()
os.wait()
os.wait()
"""


def test_fork_bombs_end_at_the_limit_of_their_own_call() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOMB], capture_output=True, check=True, timeout=300
    )
    if done.stdout == b"skip\n":
        pytest.skip("no namespaces on this system")
    assert done.stdout.split() == [b"%d" % (MAX_PROCESSES - 1)] * 2, done.stderr
