"""Background tasks: tests in Blender, in a queue of their own."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from filelock import FileLock, Timeout

from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import BLENDER_QUEUE
from extery_site.project.tasks.models import StoredTask
from extery_site.test_runs import planning
from extery_site.test_runs.blenders import refresh_blenders
from extery_site.test_runs.models import Blender
from extery_site.test_runs.notices import tell_owners
from extery_site.test_runs.running import run_claim

#: Seconds after which a task ends, so that its worker can be stopped; the next one goes on.
_SECONDS = 120.0


@task(queue_name=BLENDER_QUEUE, atomic=False, time_limit=timedelta(minutes=30))
def run_tests() -> int:
    """Make the tests that are due, one at a time on this machine; return their number."""
    lock = FileLock(Path(settings.EXTERY_DATA) / "test-runs.lock")
    try:
        with lock.acquire(timeout=0):
            number, has_more = _run_for(_SECONDS)
    except Timeout:  # another process of this machine runs one
        return 0
    if has_more:
        run_tests.enqueue()
    return number


def _run_for(seconds: float) -> tuple[int, bool]:
    """Run tests for so long; return how many, and whether the time was over before there were no more."""
    started, number = time.monotonic(), 0
    blenders = refresh_blenders()
    while blenders and (claim := planning.take_next(blenders)) is not None:
        run_claim(claim)
        number += 1
        if time.monotonic() - started > seconds:
            return number, True
    return number, False


@periodic(every=timedelta(minutes=1))
@task(atomic=False)
def plan_tests() -> int:
    """Have tests made if the site has Blenders; return the number of owners who were told of new breaks."""
    if settings.EXTERY_TEST_BLENDERS:
        waiting = StoredTask.objects.unfinished().filter(task_path=run_tests.module_path)
        if not waiting.exists():
            run_tests.enqueue()
    elif Blender.objects.exists():
        Blender.objects.all().delete()
    return tell_owners()


@periodic(every=timedelta(days=1))
@task(atomic=False)
def forget_removed_runs() -> int:
    """Delete what is known about packages that no longer exist; return the number of rows."""
    return planning.forget_removed()
