"""Periodic jobs: tasks that are enqueued once per period, whatever the number of workers."""

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
        """The number of the period that ``now`` lies in, the same for every worker."""
        return int(now.timestamp() // self.every.total_seconds())


_schedules: dict[str, Schedule] = {}


def periodic(every: timedelta) -> Callable[[AnyTask], AnyTask]:
    """Enqueue the decorated task in every period; periods are counted from 1970, in UTC."""

    def register(task: AnyTask) -> AnyTask:
        _schedules[task.module_path] = Schedule(task, every)
        return task

    return register


def schedules() -> dict[str, Schedule]:
    """Every periodic job by the path of its task."""
    return dict(_schedules)


class Scheduler:
    """Enqueues the periodic jobs that are due. Each worker has one."""

    def __init__(self, jobs: dict[str, Schedule] | None = None) -> None:
        self._jobs = schedules() if jobs is None else jobs
        self._enqueued: dict[str, int] = {}  # spares a query until the next period

    def enqueue_due(self, now: datetime) -> list[str]:
        """Enqueue every job whose period has not been served, and return their names."""
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
                return False  # another worker has served this period
            if StoredTask.objects.unfinished().filter(task_path=name).exists():
                return False  # the last run is not over: skip this period
            schedule.task.enqueue()
        return True
