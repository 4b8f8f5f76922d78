"""Background tasks that check files."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import RetryPolicy, periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE, TaskContext
from extery_site.scanning import known_bad, pipeline, scheduling
from extery_site.scanning.models import FileCheck

#: Below uploads.
_LATER = -10


#: Many attempts: `results` gives a step up that fails or ends its process again and again.
_RETRY = RetryPolicy(max_attempts=50, max_delay=timedelta(minutes=10))


@task(
    queue_name=SLOW_QUEUE,
    takes_context=True,
    atomic=False,
    retry=_RETRY,
    time_limit=timedelta(minutes=20),
)
def check_file(context: TaskContext, sha256: str) -> None:
    """Check a package that is due. One with a step that had no result is tried again later."""
    recovered = pipeline.run_steps(sha256)
    if recovered is None:
        return
    with context.complete():
        _finish(sha256, recovered)


def _finish(sha256: str, recovered: list[str]) -> FileCheck:
    found = pipeline.finish(sha256)
    if found.due_at is not None:
        check_file.using(run_after=found.due_at, priority=_LATER).enqueue(sha256)
    for name in recovered:
        check_soon(scheduling.take_recovered(name))
    return found


def check_soon(hashes: list[str], *, priority: int = 0) -> None:
    """Enqueue the check of files that are due."""
    for sha256 in hashes:
        check_file.using(priority=priority).enqueue(sha256)


@periodic(every=scheduling.PERIOD)
@task(atomic=False)
def check_outdated_files() -> int:
    """Check files again whose rules, signatures or data have changed, and those whose task was lost."""
    lost = scheduling.take_lost()
    check_soon(lost)
    old = scheduling.make_due(scheduling.outdated(scheduling.files_a_period()))
    check_soon(old, priority=_LATER)
    return len(lost) + len(old)


@periodic(every=timedelta(days=1))
@task(atomic=False)
def forget_removed_files() -> int:
    """Delete what is known about files that no longer exist, except infected ones; return their number."""
    return scheduling.forget_removed()


@task(queue_name=SLOW_QUEUE, atomic=False, time_limit=timedelta(minutes=20))
def quarantine_known_bad(hashes: list[str]) -> int:
    """Put the packages that have one of the hashes into quarantine, each in a transaction; return their number."""
    return sum(pipeline.stop_listed(found) for found in list(known_bad.find_stored(hashes)))


def check_now(hashes: list[str]) -> list[FileCheck]:
    """Check files in this process, for commands and a demo that has no worker yet; return those that were due."""
    found = []
    for sha256 in scheduling.make_due(hashes):
        recovered = pipeline.run_steps(sha256)
        if recovered is not None:
            found.append(_finish(sha256, recovered))
    return found
