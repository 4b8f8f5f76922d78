"""Runs ``extery worker`` as a child process, which is restarted if it ends.

`extery serve` runs one, and `extery worker --processes` several.
"""

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
#: Seconds after which a worker is restarted with the minimum delay again.
STABLE_AFTER = 60.0
COMMAND = (sys.executable, "-m", "extery", "worker")


class WorkerProcess:
    """Runs ``extery worker`` with these options, and restarts it from a thread.

    The child stops at the end of its stdin. `stop` closes that pipe, and so does the operating
    system if this process is killed.
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
        """Ask the worker to finish its running tasks and stop; does not wait."""
        with self._lock:
            self._stopping.set()
            if self._child is not None and self._child.stdin is not None:
                with suppress(OSError):
                    self._child.stdin.close()

    def stop(self) -> None:
        """Stop the worker and wait for its end."""
        self.ask_to_stop()
        self.join()

    def join(self) -> None:
        """Wait for the end of a worker that was asked to stop; kill it after the grace period."""
        child = self._child
        if child is not None:
            try:
                child.wait(self._grace + 10)
            except subprocess.TimeoutExpired:
                logger.warning("the worker process %d did not stop and was killed", child.pid)
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
                "the worker process ended with status %d; restarting in %.0f s", status, delay
            )
            if child.stdin is not None:
                child.stdin.close()
            if self._stopping.wait(delay):
                return
            delay = min(2 * delay, MAX_DELAY)

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start the child in its own process group, so that Ctrl+C does not reach it."""
        group = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
            if os.name == "nt"
            else {"start_new_session": True}
        )
        return subprocess.Popen(  # noqa: S603  a command of this program
            self._command, stdin=subprocess.PIPE, **group
        )


@contextmanager
def running_worker(*, enabled: bool) -> Iterator[None]:
    """Run a worker process during the block; if not ``enabled``, print that one is needed."""
    if not enabled:
        _print_worker_needed()
        yield
        return
    from django.conf import settings

    workers = [WorkerProcess(["--quiet"])]
    if settings.EXTERY_TEST_BLENDERS:
        # Its own process: tests take minutes, and must not delay other tasks.
        workers.append(WorkerProcess(["--quiet", "--queue=blender", "--threads=1"], grace=1.0))
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.ask_to_stop()
        for worker in workers:
            worker.join()


def _print_worker_needed() -> None:
    import click

    from extery_site.project.tasks.models import StoredTask

    number = StoredTask.objects.unfinished().count()
    click.echo(
        f"Background tasks need a worker: run 'extery worker' (unfinished now: {number})", err=True
    )
