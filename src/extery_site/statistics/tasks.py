"""The background task of the statistics; workers import this module."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE
from extery_site.statistics.retention import compact


@periodic(every=timedelta(hours=6))
@task(queue_name=SLOW_QUEUE, atomic=False)
def compact_statistics() -> int:
    """Add old days to their months, and delete old months."""
    return compact()
