"""The task that `benchmarks/tasks.py` enqueues."""

from __future__ import annotations

import time

from extery_site.project.tasks import task


@task()
def note_start() -> float:
    """Return the time at which the task started."""
    return time.time()
