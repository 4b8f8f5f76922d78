"""A worker as a child process: started again when it ends, and gone when this process is."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

logger = logging.getLogger(__name__)

MIN_DELAY, MAX_DELAY = 1.0, 60.0
#: A worker that ran for so long is started again without a longer delay.
STABLE_AFTER = 60.0
COMMAND = (sys.executable, "-m", "extery_site.project.worker_command")


class WorkerProcess:
    """Runs ``extery worker`` with these options and watches it in a thread.

    The child ends when its stdin does. Our end of that pipe is closed by `stop`, and by the
    operating system when this process is killed.
    """

    def __init__(
        self,
        options: Sequence[str] = (),
        *,
        command: Sequence[str] = COMMAND,
        grace: float = 20.0,
        min_delay: float = MIN_DELAY,
    ) -> None:
        self._command = [*command, *options, f"--grace={grace:g}", "--stop-with-stdin"]
        self._grace = grace
        self._min_delay = min_delay
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="worker-process", daemon=True)

    @property
    def pid(self) -> int | None:
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Let the worker finish its running tasks; does not wait for it."""
        with self._lock:
            self._stopping.set()
            if self._child is not None and self._child.stdin is not None:
                with suppress(OSError):
                    self._child.stdin.close()

    def stop(self) -> None:
        """Stop the worker and wait until it is gone."""
        self.ask_to_stop()
        self.join()

    def join(self) -> None:
        """Wait for a worker that was asked to stop; kill it when it takes too long."""
        child = self._child
        if child is not None:
            try:
                child.wait(self._grace + 10)
            except subprocess.TimeoutExpired:
                logger.warning("the worker process %d does not stop: killed", child.pid)
                child.kill()
                child.wait()
        self._thread.join(10)

    def _watch(self) -> None:
        delay = self._min_delay
        while True:
            with self._lock:
                if self._stopping.is_set():
                    return
                started = time.monotonic()
                child = self._child = self._spawn()
            status = child.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STABLE_AFTER:
                delay = self._min_delay
            logger.warning(
                "the worker process ended with status %d: started again in %.0f s", status, delay
            )
            if child.stdin is not None:
                child.stdin.close()
            if self._stopping.wait(delay):
                return
            delay = min(2 * delay, MAX_DELAY)

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start the child in a group of its own: Ctrl+C is for this process alone."""
        group = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
            if os.name == "nt"
            else {"start_new_session": True}
        )
        return subprocess.Popen(  # noqa: S603  our own command
            self._command, stdin=subprocess.PIPE, **group
        )


@contextmanager
def beside_server(*, enabled: bool) -> Iterator[None]:
    """Run a worker process during the block; without one, report how many tasks wait."""
    if not enabled:
        _report_waiting()
        yield
        return
    worker = WorkerProcess(["--quiet"])
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _report_waiting() -> None:
    import click

    from extery_site.project.tasks.models import StoredTask

    number = StoredTask.objects.unfinished().count()
    click.echo(
        f"Background tasks need a worker: run 'extery worker' (unfinished now: {number})", err=True
    )
