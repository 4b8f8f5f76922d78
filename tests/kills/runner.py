"""Runs `extery` in processes that kill themselves at a chosen write; a program of its own.

With a job as its argument it becomes that run. Otherwise it reads jobs from stdin, one JSON object a line, and
forks for each: commands are imported once, so that thousands of runs take minutes. ``{"wait": pid}`` waits for one.
"""

from __future__ import annotations

import builtins
import io
import json
import os
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

#: Functions of `os` that change a name or an attribute; the path is their last argument that is one.
CHANGES = ("replace", "rename", "link", "symlink", "unlink", "remove", "mkdir", "rmdir", "utime")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class KillAt:
    """Counts the writes below ``folder`` and kills this process, or its group, at one of them."""

    def __init__(self, folder: str, at: int, when: str, *, group: bool) -> None:
        self.folder, self.at, self.when, self.group = folder, at, when, group
        self.count = 0
        self.pid = os.getpid()

    def install(self) -> None:
        for name in CHANGES:
            setattr(os, name, self._wrapped(getattr(os, name), self._is_inside))
        os.open = self._wrapped(os.open, self._opens)
        opened = self._wrapped(io.open, self._opens_file)
        io.open = builtins.open = opened
        os.fsync = self._wrapped(os.fsync, self._is_file_inside)

    def report_to(self, path: Path) -> None:
        """Have the number of writes in a file when the run ends by itself."""
        leave = os._exit

        def end(status: int) -> NoReturn:
            if os.getpid() == self.pid:
                path.write_text(str(self.count))
            leave(status)

        os._exit = end

    def _wrapped(self, function: Callable[..., Any], counts: Callable[..., bool]) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if os.getpid() != self.pid or not counts(*arguments, **named):
                return function(*arguments, **named)
            self.count += 1
            if self.count == self.at and self.when == "torn" and function.__name__ == "fsync":
                about = os.fstat(arguments[0])
                if stat.S_ISREG(about.st_mode):
                    os.truncate(arguments[0], about.st_size // 2)
            if self.count == self.at and self.when != "after":
                self._kill()
            number = self.count
            try:
                return function(*arguments, **named)
            finally:  # also if it failed, as to make a folder that is there
                if number == self.at:
                    self._kill()

        return call

    def _kill(self) -> None:
        if self.group:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def _is_inside(self, *paths: Any, **_: Any) -> bool:
        return any(self._is_below(path) for path in paths[:2])

    def _is_below(self, path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.folder)

    def _opens(self, path: Any, flags: int, *_: Any, **__: Any) -> bool:
        return bool(flags & WRITES) and self._is_below(path)

    def _opens_file(self, path: Any, mode: str = "r", *_: Any, **__: Any) -> bool:
        return any(letter in mode for letter in "wax+") and self._is_below(path)

    def _is_file_inside(self, handle: Any) -> bool:
        number = handle if isinstance(handle, int) else handle.fileno()
        return os.path.realpath(f"/proc/self/fd/{number}").startswith(self.folder)


def run(job: dict[str, Any]) -> NoReturn:
    """Become the command."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    sys.argv = ["extery", *job["arguments"]]
    counter = KillAt(job["folder"], job["at"], job["when"], group=job["group"])
    counter.install()
    counter.report_to(Path(f"{job['log']}.writes"))
    from extery.__main__ import main

    status = 1
    try:
        main()
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def serve() -> None:
    """Fork for each job, and answer with its process id; the answer to a wait is the exit status."""
    import importlib

    for name in (
        "brotli",
        "filelock",
        "extery.cli.commands.mirror",
        "extery.cli.commands.server_generate",
        "extery.repository.page.html",
        "extery.repository.reading",
        "extery.repository.mirror.run",
        "multiprocessing.popen_fork",
    ):
        importlib.import_module(name)
    # One line at a time: a reader that is ahead of itself would leave lines to the children.
    while line := sys.stdin.buffer.raw.readline():
        job = json.loads(line)
        if "wait" in job:
            answer = os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1])
        elif not (answer := os.fork()):
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
            run(job)
        os.write(1, f"{answer}\n".encode())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    if len(sys.argv) > 1:
        run(json.loads(sys.argv[1]))
    serve()
