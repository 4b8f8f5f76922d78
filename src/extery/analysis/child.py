"""Child processes of this Python that read a stranger's sources, with limited memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import extery


def start_child(
    module: str, memory: int, *, with_packages: bool = False
) -> subprocess.Popen[bytes]:
    """Start a module of Extery with pipes; its first argument is the limit of its memory in bytes.

    Without site-packages and the user's settings it starts in 20 ms; ``with_packages`` keeps site-packages.
    """
    folder = str(Path(extery.__file__).parent.parent)
    options = ["-P", "-s"] if with_packages else ["-P", "-S", "-s"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
    }
    return subprocess.Popen(  # noqa: S603 (this Python and a module of ours)
        [sys.executable, *options, "-m", module, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment | {"PYTHONPATH": folder, "PYTHONUTF8": "1"},
    )


def stop_child(process: subprocess.Popen[bytes] | None) -> None:
    """Kill a child and wait for its end; does nothing without one."""
    if process is not None:
        process.kill()
        process.communicate()


class Answer(NamedTuple):
    """The answer of a child: a line, and what follows it. Without an answer the line is empty; ``is_late`` if the child was killed."""

    line: bytes
    body: bytes
    is_late: bool


class Child:
    """A child process with limits, for one request after the other; started when it is needed, and again after it ended."""

    def __init__(self, module: str, memory: int, *, with_packages: bool = False) -> None:
        self._module = module
        self._memory = memory
        self._with_packages = with_packages
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: Watchdog | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process that has answered the last request."""
        return self._process is not None

    def ask(
        self, request: bytes, seconds: float, size_of: Callable[[bytes], int] = lambda _: 0
    ) -> Answer:
        """Send a request and wait for the answer; ``size_of`` returns how many bytes follow its line."""
        process, watchdog = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        line = body = b""
        watchdog.start(seconds)
        try:
            with suppress(OSError):
                process.stdin.write(request)
                process.stdin.flush()
                answer = process.stdout.readline()
                if answer.endswith(b"\n"):
                    size = size_of(answer)
                    body = process.stdout.read(size) if size else b""
                    line = answer if len(body) == size else b""
        finally:
            is_late = watchdog.end()
        if is_late or not line:
            self.stop()
        return Answer(line, body, is_late)

    def stop(self) -> None:
        """Kill the process, if there is one."""
        process, self._process = self._process, None
        watchdog, self._watchdog = self._watchdog, None
        if watchdog is not None:
            watchdog.close()
        stop_child(process)

    def _start(self) -> tuple[subprocess.Popen[bytes], Watchdog]:
        if self._process is None or self._watchdog is None:
            self._process = start_child(
                self._module, self._memory, with_packages=self._with_packages
            )
            self._watchdog = Watchdog(self._process)
        return self._process, self._watchdog


class Watchdog:
    """Kills a child that does not answer in time. One thread waits for all answers of a child.

    A thread for each answer, as of `threading.Timer`, takes longer than to analyse a short module.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._changed = threading.Condition()
        #: When the answer must be there; never, while the child has nothing to do.
        self._until = float("inf")
        #: When the thread looks at the time again.
        self._wakes = float("inf")
        self._is_closed = self._has_killed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def start(self, seconds: float) -> None:
        """Begin to wait for an answer."""
        with self._changed:
            self._until = time.monotonic() + seconds
            if self._until < self._wakes:
                self._changed.notify()

    def end(self) -> bool:
        """Stop waiting; return whether the child was killed."""
        with self._changed:
            self._until = float("inf")
            return self._has_killed

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._changed:
            while not self._is_closed:
                left = self._until - time.monotonic()
                if left <= 0:
                    self._has_killed = True
                    self._process.kill()
                    return
                self._wakes = self._until
                self._changed.wait(None if self._until == float("inf") else left)
