"""Deletes finished tasks periodically."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from extery_site.project.tasks import queue
from extery_site.project.tasks.definitions import TaskResultStatus, task
from extery_site.project.tasks.periodic import periodic

KEEP_SUCCESSFUL = timedelta(days=1)
#: Time in which an operator can inspect and retry a failed task.
KEEP_FAILED = timedelta(days=30)


@periodic(every=timedelta(hours=1))
@task(atomic=False)
def purge_finished_tasks() -> int:
    """Delete successful tasks after a day and failed ones after 30 days."""
    now = timezone.now()
    return queue.purge(
        status=TaskResultStatus.SUCCESSFUL, finished_before=now - KEEP_SUCCESSFUL
    ) + queue.purge(status=TaskResultStatus.FAILED, finished_before=now - KEEP_FAILED)
