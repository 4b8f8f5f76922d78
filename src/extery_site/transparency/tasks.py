"""The background task that counts the months of the transparency page."""

from __future__ import annotations

from datetime import timedelta

from extery_site.project.tasks import periodic, task
from extery_site.project.tasks.definitions import SLOW_QUEUE
from extery_site.transparency import months


@periodic(every=timedelta(hours=1))
@task(queue_name=SLOW_QUEUE, atomic=False)
def count_months() -> int:
    """Count the current month, and past ones that were not counted since their end; return their number."""
    return months.refresh()
