"""Background tasks: the API to define them in the ``tasks`` module of an app; ``extery worker`` runs them.

The only way to background work on the site. No other module imports ``django_tasks``: Django 6 has
the same API as ``django.tasks``, and the change will be made in `definitions` and `backend`.
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
