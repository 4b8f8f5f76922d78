"""The rows of the queue: one per task, and one per periodic job."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.module_loading import import_string

from extery_site.project.tasks.definitions import Task, TaskError, TaskResult, TaskResultStatus

Status = TaskResultStatus


class StoredTaskQuerySet(models.QuerySet["StoredTask"]):
    def ready(self, now: datetime) -> StoredTaskQuerySet:
        """Return tasks that a worker may start, the next one first."""
        return self.filter(status=Status.READY, run_after__lte=now).order_by(
            "-priority", "run_after", "enqueued_at"
        )

    def unfinished(self) -> StoredTaskQuerySet:
        return self.filter(status__in=[Status.READY, Status.RUNNING])

    def expired(self, now: datetime) -> StoredTaskQuerySet:
        """Return running tasks whose lease has expired."""
        return self.filter(status=Status.RUNNING, lease_expires_at__lt=now)


class StoredTask(models.Model):
    """A task in the queue, running or finished.

    Every claim increments ``attempt``. A worker changes the row only if the attempt is still its
    own, so that the result of a worker with a lost lease has no effect.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task_path = models.CharField(max_length=200)
    queue_name = models.CharField(max_length=32)
    priority = models.SmallIntegerField(default=0)
    arguments = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READY)
    enqueued_at = models.DateTimeField()
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField()
    lease_expires_at = models.DateTimeField(null=True)
    worker_ids = models.JSONField(default=list)
    return_value = models.JSONField(null=True)
    #: The id of the request that enqueued it, for logs; empty without one.
    request_id = models.CharField(max_length=64, blank=True, default="")
    #: The last few failed attempts, each with ``at``, ``attempt``, ``worker``, ``exception``, ``traceback``.
    errors = models.JSONField(default=list)

    objects = StoredTaskQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-enqueued_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                F("priority").desc(),
                "run_after",
                "enqueued_at",
                name="tasks_ready",
                condition=Q(status=Status.READY),
            ),
            models.Index(
                fields=["lease_expires_at"],
                name="tasks_running",
                condition=Q(status=Status.RUNNING),
            ),
            models.Index(fields=["status", "finished_at"], name="tasks_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {str(self.id)[:8]}"

    @property
    def name(self) -> str:
        """The task's path without the site's own prefix."""
        return self.task_path.removeprefix("extery_site.")

    @property
    def task(self) -> Task[..., Any]:
        """The definition of the task; raises `ImportError` if this version of the site has none."""
        definition = import_string(self.task_path)
        if not isinstance(definition, Task):
            raise ImportError(f"{self.task_path} is not a task")  # noqa: TRY004  as if missing
        return definition.using(
            priority=self.priority, queue_name=self.queue_name, run_after=self.run_after
        )

    @property
    def task_result(self) -> TaskResult[Any]:
        """The task as a `TaskResult` of the API."""
        result: TaskResult[Any] = TaskResult(
            task=self.task,
            id=str(self.id),
            status=Status(self.status),
            enqueued_at=self.enqueued_at,
            started_at=self.started_at,
            finished_at=self.finished_at,
            last_attempted_at=self.started_at,
            args=self.arguments["args"],
            kwargs=self.arguments["kwargs"],
            backend="default",
            errors=[
                TaskError(exception_class_path=error["exception"], traceback=error["traceback"])
                for error in self.errors
            ],
            worker_ids=list(self.worker_ids),
        )
        object.__setattr__(result, "_return_value", self.return_value)
        return result


class PeriodicJob(models.Model):
    """The last period for which a periodic job was enqueued."""

    name = models.CharField(max_length=200, primary_key=True)
    period = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
