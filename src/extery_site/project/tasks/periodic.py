"""Periodic jobs: tasks that are enqueued once per period, independent of the number of workers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import transaction

from extery_site.project.tasks.definitions import Task

AnyTask = TypeVar("AnyTask", bound=Task[..., Any])


class Schedule(NamedTuple):
    """A task without arguments and how often it runs."""

    task: Task[[], Any]
    every: timedelta

    def period(self, now: datetime) -> int:
        """Return the number of the current period, the same for every worker."""
        return int(now.timestamp() // self.every.total_seconds())


_schedules: dict[str, Schedule] = {}


def periodic(every: timedelta) -> Callable[[AnyTask], AnyTask]:
    """Enqueue the decorated task in every period; periods are counted from 1970, in UTC."""

    def register(task: AnyTask) -> AnyTask:
        _schedules[task.module_path] = Schedule(task, every)
        return task

    return register


def schedules() -> dict[str, Schedule]:
    """Return all periodic jobs by the path of their task."""
    return dict(_schedules)


class Scheduler:
    """Enqueues the periodic jobs that are due. Each worker has one."""

    def __init__(self, jobs: dict[str, Schedule] | None = None) -> None:
        self._jobs = schedules() if jobs is None else jobs
        self._enqueued: dict[str, int] = {}  # spares a query until the next period

    def enqueue_due(self, now: datetime) -> list[str]:
        """Enqueue every job that was not enqueued in its current period; return their names."""
        enqueued = []
        for name, schedule in self._jobs.items():
            period = schedule.period(now)
            if self._enqueued.get(name) == period:
                continue
            if self._enqueue(name, schedule, period):
                enqueued.append(name)
            self._enqueued[name] = period
        return enqueued

    def _enqueue(self, name: str, schedule: Schedule, period: int) -> bool:
        from extery_site.project.tasks.models import PeriodicJob, StoredTask

        with transaction.atomic():
            _, is_new = PeriodicJob.objects.get_or_create(name=name, defaults={"period": period})
            older = PeriodicJob.objects.filter(name=name, period__lt=period)
            if not (is_new or older.update(period=period)):
                return False  # another worker has enqueued it
            if StoredTask.objects.unfinished().filter(task_path=name).exists():
                return False  # the previous run has not finished: skip this period
            schedule.task.enqueue()
        return True
