"""Tasks for the tests. Their effect is a row of `Revision` with the number of the task."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from extery_site.accounts.models import User
from extery_site.catalog.models import Tag, Version
from extery_site.listings import event_handler
from extery_site.listings import rebuild as rebuilding
from extery_site.listings.models import Revision
from extery_site.moderation import decisions as moderation
from extery_site.project.tasks import RetryPolicy, TaskContext, periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE

#: Retries follow without a delay, which a test would have to wait for.
IMMEDIATE = RetryPolicy(max_attempts=3, base_delay=timedelta(0))


@task()
def add_row(number: int) -> int:
    Revision.objects.create(number=number)
    return number


@task(retry=IMMEDIATE)
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


@task(takes_context=True, atomic=False, retry=IMMEDIATE)
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


@task(retry=IMMEDIATE)
def kill_worker() -> None:
    os.kill(os.getpid(), 9)


@task(takes_context=True, atomic=False, retry=IMMEDIATE)
def rebuild_listing(context: TaskContext, row: int, folder: str) -> None:
    """Rebuild the listing in batches of two; the first attempt stops before it renders ``row``."""
    with _stopping_at(row, context, folder), mock.patch.object(rebuilding, "REBUILD_BATCH", 2):
        rebuilding.rebuild()


@task(takes_context=True, atomic=False, retry=IMMEDIATE)
def approve_version(context: TaskContext, version_id: int, row: int, folder: str) -> None:
    """Approve a version; the first attempt stops before it renders ``row``."""
    version = Version.objects.get(pk=version_id)
    moderator = User.objects.get(is_moderator=True)
    with _stopping_at(row, context, folder):
        moderation.approve_version(version=version, packages=version.package_hashes, by=moderator)


@periodic(every=timedelta(days=7))
@task()
def add_weekly_row() -> None:
    # Any worker of a test may run it, so not a table that tests look at.
    Tag.objects.create(name="weekly", slug="weekly", type="weekly")


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 300
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)


@contextmanager
def _stopping_at(row: int, context: TaskContext, folder: str) -> Iterator[None]:
    """Stop the first attempt before it renders this listing row, and make a file ``rendering``."""
    render, rendered = event_handler.render_entry, 0

    def stop(package: Any) -> Any:
        nonlocal rendered
        rendered += 1
        if rendered == row and context.attempt == 1:
            (Path(folder) / "rendering").touch()
            _wait_for(Path(folder) / "go")
        return render(package)

    with mock.patch.object(event_handler, "render_entry", stop):
        yield
