"""The states of a stored task; every change requires the current attempt number.

READY → (claim) → RUNNING → SUCCESSFUL, or back to READY for another attempt, or FAILED for good.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django_tasks.utils import normalize_json

from extery_site.project.tasks.definitions import LeaseLost, TaskResultStatus
from extery_site.project.tasks.models import StoredTask
from extery_site.project.tasks.retry import DEFAULT_RETRY_POLICY, RetryPolicy

Status = TaskResultStatus

MAX_ERRORS = 5
MAX_TRACEBACK = 8_000
MAX_FRAMES = 40
MAX_RETURN_BYTES = 256_000
_BATCH = 200


def claim(
    *, worker_id: str, queues: Collection[str], limit: int, lease: timedelta, now: datetime
) -> list[StoredTask]:
    """Claim up to ``limit`` ready tasks for a worker; no other worker gets the same attempt."""
    ready = StoredTask.objects.ready(now).filter(queue_name__in=queues)
    if limit < 1 or not ready.exists():  # a read: polling takes no lock
        return []
    claimed = []
    with transaction.atomic():
        for stored in ready.select_for_update(skip_locked=True)[:limit]:
            changes: dict[str, Any] = {
                "status": Status.RUNNING,
                "attempt": stored.attempt + 1,
                "started_at": now,
                "lease_expires_at": now + lease,
                "worker_ids": [*stored.worker_ids, worker_id],
            }
            unchanged = StoredTask.objects.filter(
                pk=stored.pk, status=Status.READY, attempt=stored.attempt
            )
            if unchanged.update(**changes):
                for name, value in changes.items():
                    setattr(stored, name, value)
                claimed.append(stored)
    return claimed


def renew_leases(tasks: Iterable[StoredTask], *, lease: timedelta, now: datetime) -> int:
    """Extend the leases of these running tasks, and return how many are still held."""
    return sum(_held(stored).update(lease_expires_at=now + lease) for stored in tasks)


def complete(stored: StoredTask, value: Any, *, now: datetime) -> None:
    """Mark an attempt as successful. Call it in the transaction of the task's effects."""
    value = normalize_json(value)
    if len(json.dumps(value)) > MAX_RETURN_BYTES:
        raise ValueError(f"the return value of {stored.name} exceeds {MAX_RETURN_BYTES} bytes")
    changes = {"status": Status.SUCCESSFUL, "finished_at": now, "return_value": value}
    if not _held(stored).update(**changes, lease_expires_at=None):
        raise LeaseLost(str(stored))
    stored.status = Status.SUCCESSFUL
    stored.finished_at, stored.return_value = now, value


def record_failure(
    stored: StoredTask,
    error: BaseException,
    *,
    policy: RetryPolicy,
    now: datetime,
    only_expired: bool = False,
) -> timedelta | None:
    """Record a failed attempt, and return the delay before the next one, or None for no more."""
    held = _held(stored)
    if only_expired:
        held = held.filter(lease_expires_at__lt=now)
    entry = {
        "at": now.isoformat(),
        "attempt": stored.attempt,
        "worker": stored.worker_ids[-1] if stored.worker_ids else "",
        "exception": f"{type(error).__module__}.{type(error).__qualname__}",
        "traceback": _bounded_traceback(error),
    }
    changes: dict[str, Any] = {
        "errors": [*stored.errors, entry][-MAX_ERRORS:],
        "lease_expires_at": None,
    }
    delay = policy.delay_after(stored.attempt) if stored.attempt < stored.max_attempts else None
    if delay is None:
        changes |= {"status": Status.FAILED, "finished_at": now}
    else:
        changes |= {"status": Status.READY, "run_after": now + delay}
    if not held.update(**changes):
        raise LeaseLost(str(stored))
    for name, value in changes.items():
        setattr(stored, name, value)
    return delay


def release(stored: StoredTask, *, now: datetime) -> bool:
    """Requeue an interrupted attempt, which does not count against the maximum."""
    return bool(
        _held(stored).update(
            status=Status.READY,
            run_after=now,
            lease_expires_at=None,
            max_attempts=F("max_attempts") + 1,
        )
    )


class WorkerLost(Exception):
    """A worker ended, or lost its database connection, while it ran the task."""


def requeue_expired(*, now: datetime) -> list[StoredTask]:
    """Requeue, or fail, every running task whose lease has expired, and return those tasks."""
    reaped = []
    for stored in StoredTask.objects.expired(now)[:_BATCH]:
        error = WorkerLost(f"worker {stored.worker_ids[-1]} did not renew its lease")
        try:
            record_failure(stored, error, policy=policy_of(stored), now=now, only_expired=True)
        except LeaseLost:
            continue  # it was renewed or finished, or another worker has requeued it
        reaped.append(stored)
    return reaped


def policy_of(stored: StoredTask) -> RetryPolicy:
    """Return the retry policy of the task; the default if its code is missing."""
    try:
        return stored.task.retry
    except ImportError:
        return DEFAULT_RETRY_POLICY


def retry(stored: StoredTask, *, now: datetime) -> bool:
    """Queue a failed task again, with as many attempts as a new one has."""
    failed = StoredTask.objects.filter(pk=stored.pk, status=Status.FAILED, attempt=stored.attempt)
    return bool(
        failed.update(
            status=Status.READY,
            run_after=now,
            finished_at=None,
            max_attempts=F("attempt") + policy_of(stored).max_attempts,
        )
    )


def purge(*, status: str, finished_before: datetime) -> int:
    """Delete finished tasks in batches, so that no transaction is long."""
    finished = StoredTask.objects.filter(status=status, finished_at__lt=finished_before)
    total = 0
    while ids := list(finished.order_by().values_list("pk", flat=True)[:_BATCH]):
        total += finished.filter(pk__in=ids).delete()[0]
    return total


def _held(stored: StoredTask) -> Any:
    """Return a queryset with the running task, empty if this attempt is not the current one."""
    return StoredTask.objects.filter(pk=stored.pk, status=Status.RUNNING, attempt=stored.attempt)


def _bounded_traceback(error: BaseException) -> str:
    """Return the traceback of an error, without its middle if it is long."""
    text = "".join(traceback.format_exception(error, limit=-MAX_FRAMES))
    # PostgreSQL stores neither NUL nor unpaired surrogates.
    text = text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= MAX_TRACEBACK:
        return text
    half = MAX_TRACEBACK // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half} characters …]\n{text[-half:]}"
