"""The command ``extery worker``: runs the site's background tasks until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from extery_site.project.commands.common import (
    call_on_stop_signal,
    data_option,
    require_libraries,
)
from extery_site.project.commands.site_command import SiteCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from extery_site.project.tasks.worker import Worker


@click.command(cls=SiteCommand, on_failure="The worker was not started.")
@click.option(
    "--threads",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Maximum number of tasks that a process runs at the same time.",
)
@click.option(
    "--processes",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Number of processes; a process that ends is restarted.",
)
@click.option(
    "--queue",
    "queues",
    multiple=True,
    type=click.Choice(["default", "slow", "blender"]),
    help="Run tasks of this queue only. Default: default and slow. The tests in Blender of EXTERY_TEST_BLENDERS are in "
    "blender.",
)
@click.option(
    "--lease",
    default=60.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="Seconds after which the task of a worker that does not respond is given to another.",
)
@click.option(
    "--grace",
    default=20.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    help="Seconds that running tasks have to finish when the worker is stopped.",
)
@data_option
@click.option("--quiet", is_flag=True, help="Log failures and warnings only.")
@click.option("--stop-with-stdin", is_flag=True, hidden=True)
def worker(
    *,
    threads: int,
    processes: int,
    queues: tuple[str, ...],
    lease: float,
    grace: float,
    data: str | None,
    quiet: bool,
    stop_with_stdin: bool,
) -> None:
    """Run background tasks: image sizes, download counts, clean-ups.

    'extery serve' runs one worker. A larger site can have more of them, on any machine with the
    settings, database and files of the site. Stop with Ctrl+C: running tasks are finished.
    """
    require_libraries()
    _load_site(data, quiet=quiet)
    if set(queues) == {"blender"}:
        _lower_priority()
    if processes > 1:
        options = [f"--threads={threads}", *(f"--queue={name}" for name in queues)]
        options += [f"--lease={lease:g}", *(["--data", data] if data else ())]
        options += ["--quiet"] if quiet else []
        _run_processes(processes, options, grace=grace)
        return
    from datetime import timedelta

    from extery_site.project.tasks.worker import ALL_QUEUES, Worker, WorkerOptions

    worker_options = WorkerOptions(
        threads=threads, queues=queues or ALL_QUEUES, lease=timedelta(seconds=lease), grace=grace
    )
    _run(Worker(worker_options), stop_with_stdin=stop_with_stdin)


def _lower_priority() -> None:
    """Let other processes of this machine run before the tests in Blender."""
    import os

    if hasattr(os, "nice"):
        os.nice(10)


def _load_site(data: str | None, *, quiet: bool) -> None:
    """Load Django; raises `Unavailable` if the database has pending migrations."""
    import logging

    from extery_site.project import startup

    startup.load_django(data)
    if quiet:
        logger = logging.getLogger("extery_site")
        logger.setLevel(max(logger.level, logging.WARNING))
    startup.require_migrations()


def _run(running: Worker, *, stop_with_stdin: bool) -> None:
    import logging
    import os
    import sys
    import threading

    _stop_on_signal(running.stop)
    if stop_with_stdin:
        threading.Thread(target=_stop_at_end_of_stdin, args=[running], daemon=True).start()
    status = running.run()
    if any(thread.name.startswith("task-") for thread in threading.enumerate()):
        # A task did not finish: its thread would still run while the interpreter shuts down.
        logging.shutdown()
        os._exit(status)
    sys.exit(status)


def _stop_at_end_of_stdin(running: Worker) -> None:
    """Stop when the parent process closes our stdin, or ends, even by SIGKILL."""
    import os
    from contextlib import suppress

    with suppress(OSError):
        while os.read(0, 1024):
            pass
    running.stop()


def _stop_on_signal(stop: Callable[[], Any]) -> None:
    """Call ``stop`` for SIGINT and SIGTERM; a second signal ends the process immediately."""
    import os

    stopped = False

    def handle(_number: int, _frame: object) -> None:
        nonlocal stopped
        if stopped:
            os._exit(1)  # its tasks are requeued when their leases expire
        stopped = True
        stop()

    call_on_stop_signal(handle)


def _run_processes(number: int, options: list[str], *, grace: float) -> None:
    """Run worker processes until a signal arrives."""
    import time

    from django.db import connections

    from extery_site.project.worker_process import WorkerProcess

    connections.close_all()

    signals: list[bool] = []
    _stop_on_signal(lambda: signals.append(True))
    children = [WorkerProcess(options, grace=grace) for _ in range(number)]
    for child in children:
        child.start()
    while not signals:
        time.sleep(0.1)
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.join()
