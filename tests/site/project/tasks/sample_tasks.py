"""Tasks for the tests. Their effect is a row of `Revision`, whose number says which task it was."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from extery_site.listings.models import Revision
from extery_site.project.tasks import RetryPolicy, TaskContext, periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE

#: Twice at once, without a pause that a test would have to wait for.
AT_ONCE = RetryPolicy(max_attempts=3, base_delay=timedelta(0))


@task()
def add_row(number: int) -> int:
    Revision.objects.create(number=number)
    return number


@task(retry=AT_ONCE)
def add_row_and_fail(number: int) -> None:
    Revision.objects.create(number=number)
    raise ValueError(f"number {number} is wrong")


@task()
def fail_verbosely(size: int) -> None:
    raise RuntimeError("x" * size)


@task()
def exit_process() -> None:
    raise SystemExit(3)


@task()
def return_text(size: int) -> str:
    return "x" * size


@task(takes_context=True, atomic=False)
def add_row_in_completion(context: TaskContext, number: int) -> None:
    with context.complete():
        Revision.objects.create(number=number)


@task(takes_context=True, atomic=False)
def fail_in_completion(context: TaskContext, number: int) -> None:
    with context.complete():
        Revision.objects.create(number=number)
        raise ValueError(number)


@task(takes_context=True, atomic=False)
def add_row_when_allowed(context: TaskContext, number: int, folder: str) -> None:
    """Wait until the folder has a file ``go``; each attempt leaves a file with its number."""
    (Path(folder) / f"started-{context.attempt}").write_text(str(os.getpid()), encoding="ascii")
    _wait_for(Path(folder) / "go")
    with context.complete():
        Revision.objects.create(number=number)


@task(queue_name=SLOW_QUEUE, atomic=False)
def wait_in_slow_queue(number: int, folder: str) -> None:
    (Path(folder) / f"slow-{number}").touch()
    _wait_for(Path(folder) / "go")


@task(atomic=False, time_limit=timedelta(seconds=0.1), retry=RetryPolicy(max_attempts=1))
def wait_beyond_the_limit(folder: str) -> None:
    _wait_for(Path(folder) / "go")


@task(retry=AT_ONCE)
def kill_worker() -> None:
    os.kill(os.getpid(), 9)


@periodic(every=timedelta(days=7))
@task()
def add_weekly_row() -> None:
    Revision.objects.create(number=777)


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 300
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
