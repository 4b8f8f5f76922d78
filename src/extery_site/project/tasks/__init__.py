"""Background tasks: the API to define them in the ``tasks`` module of an app; ``extery worker`` runs them.

- `definitions`: the decorator ``task``; `periodic`: periodic jobs; `retry`: how often and when a
  failed task is tried again;
- `backend` enqueues a task as a row of `models`; `queue` changes its state;
- `worker` claims tasks (`polling`) and runs them in threads (`runner`);
- `maintenance` deletes finished tasks; ``extery manage tasks`` lists and retries them.

Other modules do not import ``django_tasks``: Django 6 has the same API as ``django.tasks``, and
the change will be made in `definitions` and `backend`.
"""

from extery_site.project.tasks.definitions import (
    LeaseLost,
    RetryPolicy,
    Task,
    TaskContext,
    TaskResult,
    TaskResultDoesNotExist,
    TaskResultStatus,
    task,
    task_enqueued,
)
from extery_site.project.tasks.periodic import periodic

__all__ = [
    "LeaseLost",
    "RetryPolicy",
    "Task",
    "TaskContext",
    "TaskResult",
    "TaskResultDoesNotExist",
    "TaskResultStatus",
    "periodic",
    "task",
    "task_enqueued",
]
