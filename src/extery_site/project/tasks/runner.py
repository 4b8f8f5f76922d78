"""Run one claimed task: its effects and its completion in one transaction.

Retries of failed tasks are decided in `extery_site.project.tasks.retry` and recorded by `queue.record_failure`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils import timezone

from extery_site.project.logs import request_ids
from extery_site.project.origin import Origin, with_origin
from extery_site.project.tasks import queue
from extery_site.project.tasks.definitions import (
    LeaseLost,
    Task,
    TaskContext,
    task_finished,
    task_started,
)
from extery_site.project.tasks.models import Status, StoredTask

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class AttemptResult(Enum):
    SUCCESSFUL = "successful"
    RETRY = "retry"
    FAILED = "failed"
    LEASE_LOST = "lease lost"
    #: Its state could not be stored; it is requeued when its lease expires.
    UNKNOWN = "unknown"


def run_task(stored: StoredTask, *, clock: Clock = timezone.now) -> AttemptResult:
    """Run a claimed task. Raises nothing: every error is recorded and logged.

    It is logged under the id of the request that enqueued it, and else under its own.
    """
    with request_ids.running(stored.request_id or stored.pk.hex[:16]):
        return _run(stored, clock)


def _run(stored: StoredTask, clock: Clock) -> AttemptResult:
    started = time.monotonic()
    try:
        with with_origin(Origin.WORKER):
            _execute(stored.task, stored, clock)
    except LeaseLost:
        outcome = _lease_lost(stored)
    except BaseException as error:  # also SystemExit: a task must not end its worker
        outcome = _failed(stored, error, clock)
    else:
        outcome = AttemptResult.SUCCESSFUL
        seconds = time.monotonic() - started
        logger.info("%s succeeded in %.2f s (attempt %d)", stored, seconds, stored.attempt)
    if outcome in {AttemptResult.SUCCESSFUL, AttemptResult.FAILED}:
        _send_finished(stored)
    return outcome


def _execute(task: Task[..., Any], stored: StoredTask, clock: Clock) -> None:
    result = stored.task_result
    task_started.send_robust(sender=type(task.get_backend()), task_result=result)

    def complete(value: Any = None) -> None:
        queue.complete(stored, value, now=clock())

    arguments = list(stored.arguments["args"])
    if task.takes_context:
        arguments.insert(0, TaskContext(task_result=result, _complete=complete))
    if task.atomic:
        with transaction.atomic():
            complete(task.call(*arguments, **stored.arguments["kwargs"]))
        return
    value = task.call(*arguments, **stored.arguments["kwargs"])
    if stored.status == Status.RUNNING:
        complete(value)


def _lease_lost(stored: StoredTask) -> AttemptResult:
    logger.warning("%s lost its lease in attempt %d: result dropped", stored, stored.attempt)
    return AttemptResult.LEASE_LOST


def _failed(stored: StoredTask, error: BaseException, clock: Clock) -> AttemptResult:
    # `complete` may have been rolled back since it set these.
    stored.status, stored.finished_at, stored.return_value = Status.RUNNING, None, None
    try:
        delay = queue.record_failure(stored, error, policy=queue.policy_of(stored), now=clock())
    except LeaseLost:
        return _lease_lost(stored)
    except Exception:
        logger.exception("the failure of %s could not be recorded", stored)
        return AttemptResult.UNKNOWN
    log_failure(stored, delay, error)
    return AttemptResult.FAILED if delay is None else AttemptResult.RETRY


def log_failure(stored: StoredTask, delay: timedelta | None, error: BaseException) -> None:
    """Log one line, and after the last attempt the traceback."""
    cause = f"{type(error).__name__}: {error}"[:300]
    if delay is None:
        logger.error(
            "%s failed for good after attempt %d: %s",
            *(stored, stored.attempt, cause),
            exc_info=error if error.__traceback__ else None,
        )
    else:
        logger.warning(
            "%s failed in attempt %d of %d, again in %.0f s: %s",
            *(stored, stored.attempt, stored.max_attempts, delay.total_seconds(), cause),
        )


def _send_finished(stored: StoredTask) -> None:
    try:
        result = stored.task_result
    except ImportError:
        return  # the code of the task is missing
    sender = type(result.task.get_backend())
    task_finished.send_robust(sender=sender, task_result=result)
