"""Run a program within limits of time, memory, disk and processes, and leave nothing of it running."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Literal, NamedTuple

from extery.core.files import folder_size
from extery.isolation.bubblewrap import bubblewrap
from extery.isolation.processes import TOKEN, kill_all, processes_below

_CONFINE = Path(__file__).with_name("confine.py")
_INTERVAL = 0.2
_KEPT_OUTPUT = 20_000

#: In order of preference: those of our own script, and those of a program that a system may allow to make them.
Sandbox = Literal["namespaces", "bubblewrap", "none"]


class Limits(NamedTuple):
    """Limits of a run: seconds, bytes of memory, of disk and of one file, and the number of processes."""

    seconds: float = 120.0
    memory: int = 6_000_000_000
    disk: int = 1_000_000_000
    processes: int = 200


class Ended(NamedTuple):
    """How a program ended: its exit status, the limit that it exceeded, and the start and the end of what it printed."""

    status: int
    limit: Literal["", "time", "memory", "disk", "processes"]
    output: str
    printed: int
    seconds: float


@cache
def find_sandbox() -> Sandbox:
    """Return how programs can be confined on this computer. Namespaces are tried, since systems forbid them in many ways."""
    candidates: tuple[Sandbox, ...] = ("namespaces", "bubblewrap")
    found = (one for one in candidates if sys.platform == "linux" and works(one))
    return next(found, "none")


def works(sandbox: Sandbox) -> bool:
    """Return whether this system allows a sandbox."""
    if sandbox == "bubblewrap" and not shutil.which("bwrap"):
        return False
    with TemporaryDirectory(prefix="extery-test-") as name:
        work, answer = Path(name) / "work", Path(name) / "answer"
        work.mkdir()
        answer.touch()
        command = _confined(["/bin/true"], work, [answer], Limits(), sandbox, network=False)
        try:
            done = subprocess.run(  # noqa: S603 (this Python and a script of ours)
                command, check=False, capture_output=True, timeout=30, env={"PATH": os.defpath}
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0


def supervise(
    command: Sequence[str],
    *,
    environ: Mapping[str, str],
    work: Path,
    writable: Sequence[Path],
    limits: Limits,
    sandbox: Sandbox,
    network: bool,
    stop: threading.Event | None = None,
    hidden: Sequence[Path] = (),
) -> Ended:
    """Run a program until it ends or exceeds a limit, then end all processes that it has started.

    In a sandbox it can write to the folder ``work``, which is then in memory, and to the files ``writable`` only, and
    finds the folders ``hidden`` empty, in which ``work`` must not be. The event ``stop`` ends it before.
    """
    token = uuid.uuid4().hex
    start = time.monotonic()
    confined = list(command)
    if os.name == "nt":
        make_folders(environ)
    else:  # the script makes them in the folder of the sandbox
        confined = _confined(
            command, work, writable, limits, sandbox, network=network, hidden=hidden
        )
    process = subprocess.Popen(  # noqa: S603 (a Blender that the user has chosen)
        confined,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**environ, TOKEN: token},
        start_new_session=True,
    )
    assert process.stdout is not None
    output = _Output(process.stdout)
    try:
        limit = _wait(process, limits, start, work if sandbox == "none" else None, stop)
    finally:
        kill_all(process.pid, token)
        process.kill()
        status = process.wait()
        kill_all(process.pid, token)
        output.close()
    return Ended(status, limit, output.text, output.size, time.monotonic() - start)


def make_folders(environ: Mapping[str, str]) -> None:
    """Make the folders of a program that its environment names."""
    for name in ("HOME", "TEMP", "BLENDER_USER_RESOURCES"):
        if folder := environ.get(name):
            Path(folder).mkdir(parents=True, exist_ok=True)


def _confined(
    command: Sequence[str],
    work: Path,
    writable: Sequence[Path],
    limits: Limits,
    sandbox: Sandbox,
    *,
    network: bool,
    hidden: Sequence[Path] = (),
) -> list[str]:
    job: dict[str, Any] = {
        "command": list(command),
        "work": str(work),
        "writable": [str(path) for path in writable],
        "hidden": [str(path) for path in hidden],
        "size": limits.disk,
        "file_size": limits.disk,
        "memory": limits.memory,
        "network": network,
        "isolates": sandbox == "namespaces",
        "confines": sandbox != "none",
    }
    script = [sys.executable, "-I", "-S", str(_CONFINE), json.dumps(job)]
    if sandbox != "bubblewrap":
        return script
    folders = {**{str(path): 4096 for path in hidden}, str(work): limits.disk}
    options = ["--die-with-parent", *(["--share-net"] if network else [])]
    return [*bubblewrap(folders, options, writable=job["writable"]), *script]


def _wait(
    process: subprocess.Popen[bytes],
    limits: Limits,
    start: float,
    folder: Path | None,
    stop: threading.Event | None,
) -> Literal["", "time", "memory", "disk", "processes"]:
    """Wait for the end of a process; return the limit that it has exceeded."""
    while True:
        try:
            process.wait(_INTERVAL)
        except subprocess.TimeoutExpired:
            pass
        else:
            return ""
        if time.monotonic() - start > limits.seconds or (stop and stop.is_set()):
            return "time"
        below = processes_below(process.pid)
        if len(below) > limits.processes:
            return "processes"
        if sum(below.values()) > limits.memory:
            return "memory"
        if folder and folder_size(folder, maximum=limits.disk) > limits.disk:
            return "disk"


class _Output:
    """Reads all that a program prints, and keeps its start and its end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._start, self._end = b"", b""
        self.size = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        descriptor = self._pipe.fileno()
        while data := os.read(descriptor, 1 << 16):
            self.size += len(data)
            missing = _KEPT_OUTPUT - len(self._start)
            self._start += data[:missing]
            self._end = (self._end + data[missing:])[-_KEPT_OUTPUT:]

    def close(self) -> None:
        # A process that could not be killed may keep the pipe open: its output is of no interest.
        self._thread.join(5.0)
        if not self._thread.is_alive():
            self._pipe.close()

    @property
    def text(self) -> str:
        data = self._start
        if self.size > 2 * _KEPT_OUTPUT:
            data += b"\n[...]\n"
        return (data + self._end).decode("utf-8", "replace")
