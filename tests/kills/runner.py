"""Runs `extery` in processes that kill themselves at a chosen write; a program of its own.

With a job as its argument it becomes that run. Otherwise it reads jobs from stdin, one JSON object a line, and
forks for each: commands are imported once, so that thousands of runs take minutes. ``{"wait": pid}`` waits for one.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.kills.snapshots import Snapshots, unshare  # noqa: E402
from tests.kills.writes import Writes  # noqa: E402


class KillAt(Writes):
    """Counts the writes below ``folder`` and kills this process, or its group, at one of them.

    With ``snapshots``, a folder, it is not killed but stores what a kill would leave at each of them.
    Files shared with the snapshots in ``shared`` are copied before they change.
    """

    def __init__(
        self, folder: str, at: int, when: str, *, group: bool, snapshots: str, shared: str
    ) -> None:
        super().__init__(folder)
        self.at, self.when, self.group = at, when, group
        self.snapshots = Snapshots(Path(folder), Path(snapshots)) if snapshots else None
        self.shared = shared

    def install(self) -> None:
        for module, name, function in [*self.functions()]:
            setattr(module, name, function)

    def report_to(self, path: Path) -> None:
        """Write the number of writes to a file when the run ends without a kill."""
        leave = os._exit

        def end(status: int) -> NoReturn:
            if os.getpid() == self.pid:
                path.write_text(str(self.count))
            leave(status)

        os._exit = end

    def before(self, name: str, arguments: tuple[Any, ...]) -> None:
        if self.count == self.at:
            if self.when == "torn" and name == "fsync":
                about = os.fstat(arguments[0])
                if stat.S_ISREG(about.st_mode):
                    os.truncate(arguments[0], about.st_size // 2)
            if self.when != "after":
                self._kill()
        if self.snapshots:
            self.snapshots.take()
            if name == "fsync":
                self.snapshots.take(torn=arguments[0])
        if self.shared and name in ("open", "utime"):
            unshare(arguments[0], Path(self.shared))

    def done(self, number: int) -> None:
        if number == self.at:
            self._kill()

    def after(self, name: str, arguments: tuple[Any, ...], result: Any) -> None:
        if self.snapshots:
            self.snapshots.note(name, arguments, result)
            self.snapshots.take()

    def _kill(self) -> None:
        if self.group:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


def run(job: dict[str, Any]) -> NoReturn:
    """Become the command."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    sys.argv = ["extery", *job["arguments"]]
    counter = KillAt(
        job["folder"],
        job["at"],
        job["when"],
        group=job["group"],
        snapshots=job["snapshots"],
        shared=job["shared"],
    )
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
    """Fork for each job and print its process id; for a wait print the exit status."""
    import importlib
    import pkgutil
    import ssl

    import extery

    found = (each.name for each in pkgutil.walk_packages(extery.__path__, "extery."))
    modules = [name for name in found if ".inside_blender" not in name]
    for name in (*modules, "brotli", "encodings.cp437", "multiprocessing.popen_fork", "tomllib"):
        importlib.import_module(name)
    # No run uses TLS, and loading all certificates takes longer than most runs.
    ssl.SSLContext.load_verify_locations = lambda *_, **__: None  # type: ignore[method-assign]
    # Unbuffered: a buffer would leave lines to the child processes.
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
    if len(sys.argv) > 1:
        run(json.loads(sys.argv[1]))
    serve()
