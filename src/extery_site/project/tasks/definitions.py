"""The ``task`` decorator: django-tasks' own, plus retries, a time limit and atomic completion."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, overload

from django.db import transaction
from django_tasks import (
    DEFAULT_TASK_BACKEND_ALIAS,
    DEFAULT_TASK_QUEUE_NAME,
    TaskResultStatus,
    task_backends,
)
from django_tasks.base import DEFAULT_TASK_PRIORITY, TaskError
from django_tasks.base import Task as BaseTask
from django_tasks.base import TaskContext as BaseTaskContext
from django_tasks.base import TaskResult as BaseTaskResult
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.signals import task_enqueued, task_finished, task_started

from extery_site.project.tasks.retry import DEFAULT_RETRY_POLICY, RetryPolicy

__all__ = [
    "BLENDER_QUEUE",
    "DEFAULT_QUEUE",
    "SLOW_QUEUE",
    "LeaseLost",
    "RetryPolicy",
    "Task",
    "TaskContext",
    "TaskError",
    "TaskResult",
    "TaskResultDoesNotExist",
    "TaskResultStatus",
    "task",
    "task_enqueued",
    "task_finished",
    "task_started",
]

TaskResult = BaseTaskResult

DEFAULT_QUEUE = DEFAULT_TASK_QUEUE_NAME
#: For tasks of more than a second; a worker keeps one thread free of them.
SLOW_QUEUE = "slow"
#: For tests in real Blenders, which take minutes: only workers that are told so run these.
BLENDER_QUEUE = "blender"

P = ParamSpec("P")
T = TypeVar("T")


class LeaseLost(Exception):
    """The task was given to another worker, or cancelled, while this attempt ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(BaseTask[P, T]):
    """A function that can be enqueued, and how a worker runs it."""

    #: How often and when it is tried again after a failure.
    retry: RetryPolicy = DEFAULT_RETRY_POLICY
    #: Run the function and record its success in one transaction. A slow task sets this to False and
    #: uses `TaskContext.complete`, because SQLite has a single write lock.
    atomic: bool = True
    #: An attempt that runs longer counts as failed.
    time_limit: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class TaskContext(BaseTaskContext):
    """The first argument of a task with ``takes_context``."""

    _complete: Callable[[], None] = field(repr=False)

    @contextmanager
    def complete(self) -> Iterator[None]:
        """Run a block in the transaction that marks the task as successful.

        Raises `LeaseLost` before the block if another worker has claimed the task. If the block
        raises, its changes are rolled back and the attempt fails.
        """
        with transaction.atomic():
            self._complete()
            yield


@overload
def task(
    *,
    queue_name: str = ...,
    priority: int = ...,
    takes_context: Literal[False] = ...,
    retry: RetryPolicy = ...,
    atomic: bool = ...,
    time_limit: timedelta = ...,
) -> Callable[[Callable[P, T]], Task[P, T]]: ...


@overload
def task(
    *,
    queue_name: str = ...,
    priority: int = ...,
    takes_context: Literal[True],
    retry: RetryPolicy = ...,
    atomic: bool = ...,
    time_limit: timedelta = ...,
) -> Callable[[Callable[Concatenate[TaskContext, P], T]], Task[P, T]]: ...


def task(
    *,
    queue_name: str = DEFAULT_QUEUE,
    priority: int = DEFAULT_TASK_PRIORITY,
    takes_context: bool = False,
    **options: Any,
) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Make a module-level function a task; call ``.enqueue(...)`` on it inside your transaction."""

    def decorate(function: Callable[..., Any]) -> Task[..., Any]:
        task_class: Any = task_backends[DEFAULT_TASK_BACKEND_ALIAS].task_class
        decorated: Task[..., Any] = task_class(
            func=function,
            queue_name=queue_name,
            priority=priority,
            takes_context=takes_context,
            **options,
        )
        return decorated

    return decorate
