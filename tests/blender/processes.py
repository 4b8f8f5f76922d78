"""Starts sessions of Blender, and its command line tool, as copies of processes that have loaded them.

To load Blender takes a second, and the tool a sixth of one; a copy takes a hundredth. Nothing of one session is in
another: each is a new copy of what was loaded. The processes that are copied are kept until the end of the tests, of
Blenders up to `MAX_LOADED`; they end when the socket to them is closed, also if this process is killed. Where
processes cannot be copied, everything is loaded each time.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from tests.blender.install import installed

#: Loaded Blenders that are kept; each takes up to 300 MB.
MAX_LOADED = 3

_DRIVER = Path(__file__).with_name("driver.py")
_TOOL_COPIES = Path(__file__).with_name("tool_copies.py")


class Process(Protocol):
    """What `tests.blender.client` needs of the process of a session."""

    stdin: IO[str] | None
    stdout: IO[str] | None
    pid: int

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status, or the negative signal. Raises `subprocess.TimeoutExpired`."""

    def kill(self) -> None:
        """Kill the process."""


def start_session(series: str, environment: Mapping[str, str], log: IO[bytes]) -> Process:
    """Start a session with an environment; its errors are appended to ``log``."""
    if not hasattr(os, "fork"):
        return subprocess.Popen(
            [installed(series).python, "-I", _DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            encoding="utf-8",
            start_new_session=True,  # so that its sub-processes can be killed with it
        )
    return Copy(_loaded_blender(series), environment, log)


def run_tool(
    series: str, arguments: Sequence[str], folder: Path, time_limit: float
) -> subprocess.CompletedProcess[str]:
    """Run Blender's command line tool in a folder. Raises `subprocess.TimeoutExpired`."""
    tool = installed(series).command_line_tool
    command = [str(installed(series).python), "-I", str(tool), *arguments]
    if not hasattr(os, "fork"):
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=time_limit,
            cwd=folder,
        )
    request = {"environment": dict(os.environ), "arguments": arguments, "folder": str(folder)}
    with (
        Path(os.devnull).open("rb") as nothing,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        _loaded_tool(series).start(
            request, nothing.fileno(), output.fileno(), errors.fileno()
        ) as status,
    ):
        pid = int(status.readline())
        if not select.select([status], [], [], time_limit)[0]:
            os.killpg(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(command, time_limit)
        ended = int(status.readline())
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode())
        return subprocess.CompletedProcess(command, ended, *texts)


class Copy:
    """A session that is a copy of a loaded Blender."""

    def __init__(self, loaded: Loaded, environment: Mapping[str, str], log: IO[bytes]) -> None:
        stdin, own_stdin = os.pipe()
        own_stdout, stdout = os.pipe()
        self.stdin: IO[str] | None = os.fdopen(own_stdin, "w", encoding="utf-8")
        self.stdout: IO[str] | None = os.fdopen(own_stdout, encoding="utf-8")
        request = {"environment": dict(environment)}
        self._status = loaded.start(request, stdin, stdout, log.fileno())
        os.close(stdin)
        os.close(stdout)
        self._exit_status: int | None = None
        # The first line is the process ID, the second one the exit status.
        self.pid = int(self._status.readline())

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status, or the negative signal."""
        if self._exit_status is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("Blender", timeout or 0)
            self._exit_status = int(self._status.readline() or -9)
            self._status.close()
        return self._exit_status

    def kill(self) -> None:
        """Kill the process."""
        os.kill(self.pid, signal.SIGKILL)


class Loaded:
    """A process that has loaded something of a Blender and copies itself for each request."""

    def __init__(self, series: str, script: Path, *arguments: str | Path) -> None:
        self._home = Path(tempfile.mkdtemp(prefix=f"blender-{series}-"))
        self._socket, other = socket.socketpair()
        with other, (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [installed(series).python, "-I", script, *arguments],
                stdin=other.fileno(),
                stdout=log,
                stderr=log,
                env={**os.environ, "BLENDER_USER_RESOURCES": str(self._home)},
                start_new_session=True,
            )

    @property
    def is_running(self) -> bool:
        """Whether it can be copied."""
        return self._process.poll() is None

    def start(self, request: Mapping[str, Any], stdin: int, stdout: int, stderr: int) -> IO[bytes]:
        """Start a copy with these descriptors; return its process ID and its exit status as lines of a pipe."""
        own_status, status = os.pipe()
        text = json.dumps(request).encode()
        self._socket.sendall(len(text).to_bytes(4, "big"))
        socket.send_fds(self._socket, [text[:1]], [stdin, stdout, stderr, status])
        self._socket.sendall(text[1:])
        os.close(status)
        return os.fdopen(own_status, "rb", buffering=0)

    def end(self) -> None:
        """End the process; its copies have ended."""
        self._socket.close()
        self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)


#: Loaded Blenders and loaded tools, by their series; the last one was used last.
_SESSIONS: dict[str, Loaded] = {}
_TOOLS: dict[str, Loaded] = {}


def _loaded_blender(series: str) -> Loaded:
    """Return the loaded Blender of a series, and end the one that was used longest ago."""
    loaded = _SESSIONS.pop(series, None)
    if loaded is None or not loaded.is_running:
        loaded = Loaded(series, _DRIVER, "--copies")
    _SESSIONS[series] = loaded
    while len(_SESSIONS) > MAX_LOADED:
        _SESSIONS.pop(next(iter(_SESSIONS))).end()
    return loaded


def _loaded_tool(series: str) -> Loaded:
    loaded = _TOOLS.get(series)
    if loaded is None or not loaded.is_running:
        loaded = Loaded(series, _TOOL_COPIES, installed(series).command_line_tool)
        _TOOLS[series] = loaded
    return loaded


@atexit.register
def _end_all() -> None:
    for loaded in (_SESSIONS, _TOOLS):
        while loaded:
            loaded.popitem()[1].end()
