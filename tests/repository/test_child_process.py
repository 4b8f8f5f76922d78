"""Work in child processes: the same results as without them, and no process is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from extery.repository import child_process, parallel_scan, scan
from tests.repository.packages import put
from tests.waiting import is_alive, wait_until

needs_forks = pytest.mark.skipif(
    sys.platform != "linux" or child_process.cpu_count() < 2, reason="work is not shared here"
)


def process_id() -> bytes:
    return str(os.getpid()).encode()


def run_python(code: str, *arguments: str) -> str:
    """Run code in a new Python, which has one thread and so can fork; return its output."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@needs_forks
def test_worthwhile_work_is_computed_in_another_process() -> None:
    code = (
        "import os\nfrom extery.repository.child_process import BackgroundResult\n"
        "me = lambda: str(os.getpid()).encode()\n"
        "print(BackgroundResult(me, pays=True).result() != me())"
    )

    assert run_python(code) == "True"


def test_small_work_is_computed_in_this_process() -> None:
    assert child_process.BackgroundResult(process_id, pays=False).result() == process_id()


def test_a_process_with_several_threads_does_not_fork() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not child_process.can_fork()
        assert child_process.BackgroundResult(process_id, pays=True).result() == process_id()
    finally:
        done.set()
        thread.join()


@needs_forks
@pytest.mark.parametrize(
    "harm",
    [
        "os._exit(9)",
        "os.kill(os.getpid(), 9)",
        "raise MemoryError",
        # Half of a result has been sent.
        "os.write(connection.fileno(), struct.pack('!i', 10_000_000) + bytes(1000)); os._exit(0)",
    ],
)
def test_the_result_of_a_failed_child_is_computed_in_this_process(harm: str) -> None:
    code = (
        "import os, struct\nfrom extery.repository import child_process\n"
        f"def send(connection, make):\n    {harm}\n"
        "child_process._send_result = send\n"
        "print(child_process.BackgroundResult(lambda: b'made', pays=True).result().decode())"
    )

    assert run_python(code) == "made"


@needs_forks
def test_an_error_in_a_child_is_raised_in_this_process() -> None:
    code = (
        "from extery.repository.child_process import BackgroundResult\n"
        "try:\n    BackgroundResult(lambda: b'' + 1, pays=True).result()\n"
        "except TypeError:\n    print('raised')"
    )

    assert run_python(code) == "raised"


@needs_forks
def test_a_child_is_ended_if_its_result_is_not_used() -> None:
    code = (
        "import os\nfrom extery.repository.child_process import BackgroundResult\n"
        "made = BackgroundResult(lambda: bytes(10_000_000), pays=True)\nmade.stop()\n"
        "try:\n    os.waitpid(-1, 0)\nexcept ChildProcessError:\n    print('gone')"
    )

    assert run_python(code) == "gone"


@needs_forks
@pytest.mark.parametrize(
    "trouble",
    [
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "def fork(): raise OSError(11, 'no more')\nos.fork = fork",
        "def pipe(*_): raise OSError(24, 'too many open files')\nimport socket; socket.socketpair = pipe",
    ],
)
def test_if_children_cannot_be_started_the_work_is_done_in_this_process(trouble: str) -> None:
    code = (
        f"import os\n{trouble}\nfrom extery.repository.child_process import BackgroundResult\n"
        "print(BackgroundResult(lambda: b'made', pays=True).result().decode())"
    )

    assert run_python(code) == "made"


def packages(folder: Path) -> list[scan.PackageFile]:
    for number in range(60):
        put(folder, f"{number:02}.zip", extension_id=f"tool_{number:02}")
    return [scan.PackageFile(path.name, 0, 0, 0) for path in sorted(folder.glob("*.zip"))]


@needs_forks
@pytest.mark.parametrize(
    "harm",
    [
        "os.kill(os.getpid(), 9)",
        "connection.recv(); os.kill(os.getpid(), 9)",
        "os.write(connection.fileno(), struct.pack('!i', 100_000) + bytes(1000)); os._exit(0)",
    ],
)
def test_a_killed_worker_process_loses_no_package(tmp_path: Path, harm: str) -> None:
    packages(tmp_path)
    code = (
        "import os, struct, sys, time\nfrom pathlib import Path\n"
        "from extery.repository import parallel_scan, scan\n"
        f"def read(connection, *_):\n    {harm}\n"
        "assert parallel_scan._scan_batches\n"
        "parallel_scan._scan_batches = read\nfolder = Path(sys.argv[1])\n"
        "found = [scan.PackageFile(path.name, 0, 0, 0) for path in sorted(folder.glob('*.zip'))]\n"
        "read = parallel_scan.scan_packages(folder, found, processes=4)\n"
        "assert read == parallel_scan.scan_packages(folder, found, processes=1)\n"
        "print([item.name for item in read] == [item.name for item in found])"
    )
    assert run_python(code, str(tmp_path)) == "True"


def test_a_process_with_several_threads_spawns_workers(tmp_path: Path) -> None:
    found = packages(tmp_path)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        several = parallel_scan.scan_packages(tmp_path, found, processes=2)
    finally:
        done.set()
        thread.join()

    assert several == parallel_scan.scan_packages(tmp_path, found, processes=1)


STARTS = """\
import os, sys, time
from extery.repository.child_process import ChildProcess

def wait(connection):
    connection.send(os.getpid())
    connection.recv()

def send(connection):
    connection.send(os.getpid())
    connection.send_bytes(bytes(10_000_000))

def compute(connection):
    connection.send(os.getpid())
    while True:
        sum(range(1000))

if __name__ == "__main__":
    work = {"wait": wait, "send": send, "compute": compute}[sys.argv[1]]
    workers = [ChildProcess.start(work, fork=sys.argv[2] == "fork") for _ in range(3)]
    print(*(worker.connection.recv() for worker in workers), flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("work", ["wait", "send", "compute"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_worker_processes_end_with_their_parent(
    tmp_path: Path, work: str, method: str, how: signal.Signals
) -> None:
    script = tmp_path / "starts.py"
    script.write_text(STARTS)
    command = [sys.executable, str(script), work, method]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        assert all(is_alive(pid) for pid in pids)
        parent.send_signal(how)
        parent.wait()

        wait_until(lambda: not any(map(is_alive, pids)))
