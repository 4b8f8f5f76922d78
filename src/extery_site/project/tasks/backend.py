"""The backend of ``task.enqueue``: one INSERT in the transaction of the caller."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from uuid import UUID

from django.utils import timezone
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.utils import normalize_json
from typing_extensions import ParamSpec

from extery_site.project.logs import request_ids
from extery_site.project.tasks.definitions import (
    BLENDER_QUEUE,
    SLOW_QUEUE,
    Task,
    TaskResult,
    TaskResultDoesNotExist,
    task_enqueued,
)

T = TypeVar("T")
P = ParamSpec("P")

#: Maximum size of the arguments as JSON. Pass ids, and store data in the database or a file.
MAX_ARGUMENT_BYTES = 256_000


class DatabaseBackend(BaseTaskBackend):
    """Stores tasks in `StoredTask`, where workers find them."""

    task_class = Task
    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, params)
        self.queues |= {SLOW_QUEUE, BLENDER_QUEUE}

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> TaskResult[Any]:
        from extery_site.project.tasks.models import StoredTask

        self.validate_task(task)
        arguments = normalize_json({"args": args, "kwargs": kwargs})
        if len(json.dumps(arguments)) > MAX_ARGUMENT_BYTES:
            raise ValueError(f"the arguments of {task.name} exceed {MAX_ARGUMENT_BYTES} bytes")
        now = timezone.now()
        stored = StoredTask.objects.create(
            task_path=task.module_path,
            queue_name=task.queue_name,
            priority=task.priority,
            arguments=arguments,
            enqueued_at=now,
            run_after=task.run_after or now,
            max_attempts=task.retry.max_attempts,
            request_id=request_ids.current(),
        )
        result = stored.task_result
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult[Any]:
        from extery_site.project.tasks.models import StoredTask

        try:
            return StoredTask.objects.get(pk=UUID(result_id)).task_result
        except (StoredTask.DoesNotExist, ValueError) as error:
            raise TaskResultDoesNotExist(result_id) from error
